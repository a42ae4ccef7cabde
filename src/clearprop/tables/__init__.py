"""Files and data frames, turned into columns, and columns into numbers."""

from clearprop.tables.atomic import atomic_write, check_writable
from clearprop.tables.column_kinds import COLUMN_KINDS, Column
from clearprop.tables.encoder import TableEncoder
from clearprop.tables.errors import TableError
from clearprop.tables.feature_kinds import KINDS
from clearprop.tables.features import FeatureReader, Features
from clearprop.tables.fingerprint import fingerprint
from clearprop.tables.numeric_column import NumericColumn
from clearprop.tables.reading import is_table_path, read_table, to_table
from clearprop.tables.schema import Schema
from clearprop.tables.schema_file import ColumnSchema
from clearprop.tables.target import amounts_of, class_labels, codes_of, looks_continuous, split_target
from clearprop.tables.text_column import TextColumn
from clearprop.tables.writing import write_table

__all__ = [
    "COLUMN_KINDS",
    "KINDS",
    "Column",
    "ColumnSchema",
    "FeatureReader",
    "Features",
    "NumericColumn",
    "Schema",
    "TableEncoder",
    "TableError",
    "TextColumn",
    "amounts_of",
    "atomic_write",
    "check_writable",
    "class_labels",
    "codes_of",
    "fingerprint",
    "is_table_path",
    "looks_continuous",
    "read_table",
    "split_target",
    "to_table",
    "write_table",
]
