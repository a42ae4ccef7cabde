// All words of the page, in both languages.
import type { Language } from "./data/format";
import { superscript } from "./numerals";
import type { Step } from "./steps";

export interface Words {
  explorer: string;
  /** What stands between two sentences. */
  gap: string;
  stop: string;
  // the row
  row: string;
  cells: string;
  column: string;
  cell: string;
  target: string;
  predicted: string;
  lossOfRow: string;
  // the steps
  stepping: string;
  first: string;
  back: string;
  forward: string;
  last: string;
  step: string;
  stepOf(number: number, total: number): string;
  sentence(step: Step, depth: number): string;
  // the picture
  picture: string;
  layer(layer: number): string;
  inputs: string;
  outputs: string;
  targets: string;
  matrix(kind: "W" | "dW", layer: number, j: number, k: number, value: string): string;
  between: string;
  showWeights: string;
  showGradients: string;
  legend: string;
  kinds: Record<"a" | "z" | "W" | "b" | "delta" | "gradient", string>;
  positive: string;
  negative: string;
  width: string;
  heat: string;
  keys: string;
  // what is chosen
  shown: string;
  what: string;
  choices: Record<"unit" | "bias" | "weight" | "loss", string>;
  layerNumber: string;
  unitNumber: string;
  toUnit: string;
  fromUnit: string;
  unit(place: "input" | "hidden" | "output", layer: number, number: number, name: string): string;
  weight(layer: number, j: number, k: number): string;
  bias(layer: number, j: number): string;
  loss: string;
  // the paths
  point: string;
  pathsBack(j: number, layer: number, units: number): string;
  shares(shares: string, total: string): string;
  pathsForward(j: number, layer: number, units: number): string;
  errorStarts: string;
  noError: string;
  weightForward: string;
  weightBack: string;
  biasForward: string;
  biasBack: string;
  lossPath: string;
  // the panel
  panel: string;
  general: string;
  here: string;
  numbers: string;
  vector: string;
  shapes: string;
  why: string;
  rules: Record<string, string>;
  verified: string;
  later(step: number): string;
  goThere: string;
  noFormula: string;
  noNumbers: string;
  fromForward: string;
  inputGiven: string;
  more(count: number): string;
  largest(shown: number, count: number): string;
  ofUnit: string;
  contribution: string;
}

const above = (letter: string, layer: number) => letter + superscript(layer);
const input = (layer: number) => (layer === 0 ? "x" : above("a", layer));
/** A name keeps to itself, whatever its direction of writing. */
const isolated = (name: string) => `\u2068${name}\u2069`;

const en: Words = {
  explorer: "Explorer of the network",
  gap: " ",
  stop: ". ",
  row: "Row",
  cells: "Cells of this row",
  column: "Column",
  cell: "Cell",
  target: "Target",
  predicted: "Predicted",
  lossOfRow: "Loss E",
  stepping: "Steps",
  first: "First",
  back: "Back",
  forward: "Forward",
  last: "Last",
  step: "Step",
  stepOf: (number, total) => `Step ${number} of ${total}`,
  sentence: ({ kind, layer: l }, depth) => {
    switch (kind) {
      case "x":
        return "The input: x";
      case "z":
        return `Forward, layer ${l}: ${above("z", l)} from ${input(l - 1)}`;
      case "a":
        return `Forward, layer ${l}: ${above("a", l)} from ${above("z", l)}`;
      case "E":
        return `The loss: E from ${input(l)} and y`;
      case "delta":
        return l === depth
          ? `Backward, layer ${l}: ${above("Δ", l)} from ${above("a", l)} and y`
          : `Backward, layer ${l}: ${above("Δ", l)} from ${above("Δ", l + 1)}`;
      case "gradient":
        return `Backward, layer ${l}: ${above("∇W", l)} and ${above("∇b", l)} from ${above("Δ", l)} and ${input(l - 1)}`;
    }
  },
  picture: "The network",
  layer: (layer) => `Layer ${layer}`,
  inputs: "Input",
  outputs: "Output",
  targets: "Target",
  matrix: (kind, layer, j, k, value) =>
    `${kind === "W" ? "Weight" : "Gradient of the weight"} of layer ${layer}, to unit ${j} from unit ${k}: ${value}. Arrow keys choose another one.`,
  between: "Between the layers",
  showWeights: "weights W",
  showGradients: "gradients ∇W, once known",
  legend: "Legend",
  kinds: {
    a: "activation",
    z: "pre-activation",
    W: "weight",
    b: "bias",
    delta: "error signal",
    gradient: "gradient",
  },
  positive: "positive: solid",
  negative: "negative: dashed",
  width: "wider: larger",
  heat: "negative, zero, positive",
  keys: "Keys: [ and ] step; Tab reaches the picture; arrow keys move in it; Enter chooses.",
  shown: "Shown below",
  what: "What",
  choices: { unit: "unit", bias: "bias", weight: "weight", loss: "loss" },
  layerNumber: "layer",
  unitNumber: "unit j",
  toUnit: "to unit j",
  fromUnit: "from unit k",
  unit: (place, layer, number, name) => {
    const text = { input: `input ${number}`, hidden: `unit ${number} of layer ${layer}`, output: `output ${number}` }[
      place
    ];
    return name ? `${text}: ${isolated(name)}` : text;
  },
  weight: (layer, j, k) => `weight of layer ${layer}, to unit ${j} from unit ${k}`,
  bias: (layer, j) => `bias of layer ${layer}, unit ${j}`,
  loss: "loss E",
  point: "Click a unit, a weight or a bias to see its formula. Point at a unit to see its paths.",
  pathsBack: (j, layer, units) =>
    units === 1
      ? `Unit ${j} feeds the one unit of layer ${layer + 1}, and that one sends back its share w·δ.`
      : `Why the sum over i: unit ${j} feeds every unit i of layer ${layer + 1}, and each sends back its share w·δ.`,
  shares: (shares, total) => `Shares: ${shares}; together ${total}.`,
  pathsForward: (j, layer, units) =>
    units === 1
      ? `Unit ${j} takes what the one unit of layer ${layer - 1} sends, times its weight, and adds its bias.`
      : `Why the sum over k: unit ${j} adds up what all ${units} units of layer ${layer - 1} send, each times its weight, and its bias.`,
  errorStarts: "The error starts here: the loss compares this output with its target.",
  noError: "An input is given, not computed: nothing behind it needs an error signal.",
  weightForward: "This weight multiplies what unit k sends to unit j.",
  weightBack: "The gradient of a weight: the error signal at its upper end times the activation at its lower end.",
  biasForward: "The bias is added to what arrives at its unit.",
  biasBack: "The bias enters its unit with factor 1: its gradient is the error signal of the unit.",
  lossPath: "The loss compares all outputs with their targets: one number.",
  panel: "Formula and numbers",
  general: "In general",
  here: "Here",
  numbers: "With numbers",
  vector: "As vectors",
  shapes: "Shapes",
  why: "Why",
  rules: {
    BP1: "BP1, the error at the output",
    BP2: "BP2, the error one layer back",
    BP3: "BP3, the gradient of the weights",
    BP4: "BP4, the gradient of the biases",
  },
  verified: "verified",
  later: (step) => `Not known yet: it comes with step ${step}.`,
  goThere: "Go there",
  noFormula: "No formula is given for this.",
  noNumbers: "This formula is not written out with numbers.",
  fromForward: "From the way forward: z and a",
  inputGiven: "An input: it is given, nothing computes it.",
  more: (count) => `${count} more`,
  largest: (shown, count) =>
    shown === count ? `All ${count} terms, largest first` : `The ${shown} largest of ${count} terms`,
  ofUnit: "Unit",
  contribution: "Term",
};

const zh: Words = {
  explorer: "网络探索器",
  gap: "",
  stop: "。",
  row: "样本",
  cells: "这一行的各个单元格",
  column: "列",
  cell: "内容",
  target: "目标",
  predicted: "预测",
  lossOfRow: "损失 E",
  stepping: "步骤",
  first: "第一步",
  back: "后退",
  forward: "前进",
  last: "最后一步",
  step: "步骤",
  stepOf: (number, total) => `第 ${number} 步，共 ${total} 步`,
  sentence: ({ kind, layer: l }, depth) => {
    switch (kind) {
      case "x":
        return "输入：x";
      case "z":
        return `前向，第 ${l} 层：由 ${input(l - 1)} 得到 ${above("z", l)}`;
      case "a":
        return `前向，第 ${l} 层：由 ${above("z", l)} 得到 ${above("a", l)}`;
      case "E":
        return `损失：由 ${input(l)} 与 y 得到 E`;
      case "delta":
        return l === depth
          ? `反向，第 ${l} 层：由 ${above("a", l)} 与 y 得到 ${above("Δ", l)}`
          : `反向，第 ${l} 层：由 ${above("Δ", l + 1)} 得到 ${above("Δ", l)}`;
      case "gradient":
        return `反向，第 ${l} 层：由 ${above("Δ", l)} 与 ${input(l - 1)} 得到 ${above("∇W", l)} 与 ${above("∇b", l)}`;
    }
  },
  picture: "网络",
  layer: (layer) => `第 ${layer} 层`,
  inputs: "输入",
  outputs: "输出",
  targets: "目标",
  matrix: (kind, layer, j, k, value) =>
    `第 ${layer} 层${kind === "W" ? "权重" : "权重的梯度"}，从单元 ${k} 到单元 ${j}：${value}。用方向键选择另一个。`,
  between: "层与层之间显示",
  showWeights: "权重 W",
  showGradients: "梯度 ∇W（算出之后）",
  legend: "图例",
  kinds: {
    a: "激活值",
    z: "净输入",
    W: "权重",
    b: "偏置",
    delta: "误差信号",
    gradient: "梯度",
  },
  positive: "正：实线",
  negative: "负：虚线",
  width: "越粗，数值越大",
  heat: "负、零、正",
  keys: "按键：[ 与 ] 逐步移动；Tab 进入图中，方向键在图中移动，回车选择。",
  shown: "下面所示",
  what: "对象",
  choices: { unit: "单元", bias: "偏置", weight: "权重", loss: "损失" },
  layerNumber: "层",
  unitNumber: "单元 j",
  toUnit: "到单元 j",
  fromUnit: "从单元 k",
  unit: (place, layer, number, name) => {
    const text = { input: `输入 ${number}`, hidden: `第 ${layer} 层单元 ${number}`, output: `输出 ${number}` }[place];
    return name ? `${text}：${isolated(name)}` : text;
  },
  weight: (layer, j, k) => `第 ${layer} 层权重，从单元 ${k} 到单元 ${j}`,
  bias: (layer, j) => `第 ${layer} 层单元 ${j} 的偏置`,
  loss: "损失 E",
  point: "点击单元、权重或偏置，可以看到它的公式。把指针移到单元上，可以看到它的路径。",
  pathsBack: (j, layer, units) =>
    units === 1
      ? `单元 ${j} 只影响第 ${layer + 1} 层的唯一一个单元，由它送回 w·δ 这一份误差。`
      : `为什么对 i 求和：单元 ${j} 影响第 ${layer + 1} 层的每个单元 i，每个单元都送回自己的一份 w·δ。`,
  shares: (shares, total) => `各份：${shares}；合计 ${total}。`,
  pathsForward: (j, layer, units) =>
    units === 1
      ? `单元 ${j} 取第 ${layer - 1} 层唯一一个单元送来的值，乘以权重，再加上自己的偏置。`
      : `为什么对 k 求和：单元 ${j} 把第 ${layer - 1} 层全部 ${units} 个单元送来的值各乘以权重后相加，再加上自己的偏置。`,
  errorStarts: "误差从这里开始：损失把这个输出与它的目标相比较。",
  noError: "输入是给定的，不是算出来的：它的后面没有什么需要误差信号。",
  weightForward: "这个权重乘以单元 k 送往单元 j 的值。",
  weightBack: "权重的梯度：它末端的误差信号乘以它起端的激活值。",
  biasForward: "偏置加到到达这个单元的值上。",
  biasBack: "偏置以系数 1 进入这个单元：它的梯度就是该单元的误差信号。",
  lossPath: "损失把全部输出与各自的目标相比较，得到一个数。",
  panel: "公式与数值",
  general: "一般形式",
  here: "此处",
  numbers: "代入数值",
  vector: "向量形式",
  shapes: "形状",
  why: "理由",
  rules: {
    BP1: "BP1，输出层的误差",
    BP2: "BP2，往回一层的误差",
    BP3: "BP3，权重的梯度",
    BP4: "BP4，偏置的梯度",
  },
  verified: "已验证",
  later: (step) => `现在还不知道：到第 ${step} 步才算出。`,
  goThere: "到那一步",
  noFormula: "这里没有给出公式。",
  noNumbers: "这个公式不逐项代入数值。",
  fromForward: "前向时的 z 与 a",
  inputGiven: "输入：它是给定的，不是算出来的。",
  more: (count) => `还有 ${count} 项`,
  largest: (shown, count) => (shown === count ? `全部 ${count} 项，从大到小` : `${count} 项中最大的 ${shown} 项`),
  ofUnit: "单元",
  contribution: "项",
};

export const WORDS: Record<Language, Words> = { en, zh };
