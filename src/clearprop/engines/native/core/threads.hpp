// The team of threads: kept from one call to the next, awake only while there is work.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace clearprop {

// All of `n` threads wait until the last has come: briefly awake, then asleep, so that other processes get the cores.
class Barrier {
  public:
    explicit Barrier(int n) : n_(n) {}
    int n_threads() const { return n_; }
    void wait();

  private:
    const int n_;
    std::atomic<int> arrived_{0};
    std::atomic<std::uint32_t> round_{0};
};

// Sleep until `value` is no longer `old`, after a short while of looking at it.
void wait_for_change(const std::atomic<std::uint32_t>& value, std::uint32_t old);

// Pieces of work 0..n−1 handed out to threads: each takes those of its own part, whose memory is in its cache from the
// step before, and then what the others have left.
class Parts {
  public:
    Parts(int n, int n_threads);

    void restart();  // while no thread takes
    int take(int thread);  // the next piece for a thread, or n
    int n() const { return n_; }

  private:
    struct alignas(64) Counter : std::atomic<int> {};
    int first(int thread) const { return static_cast<int>(std::int64_t(n_) * thread / n_threads_); }

    const int n_, n_threads_;
    std::vector<Counter> next_;
};

// Whether one thread or several take a step sooner here and now; the result is the same.
class Pace {
  public:
    int choose(int most);                     // for the next trial
    void took(bool several, double seconds);  // a step of the last one

  private:
    double seconds_[2] = {0.0, 0.0};
    int trials_ = 0;
};

// Return when `count`, which others are about to bring there, is n.
void wait_for_count(const std::atomic<int>& count, int n);

class Team {
  public:
    // The team of this process (a forked child gets its own).
    static Team& instance();

  private:
    friend class Turn;
    Team() = default;
    void grow(int n);
    void serve(int thread, std::uint32_t seen);

    // Which call this is, and how many joined it; once it is closed no one can, so that nobody waits for a sleeper.
    static constexpr std::uint32_t closed = 1u << 11, first_of_call = 1u << 12;
    static std::uint32_t call_of(std::uint32_t state) { return state / first_of_call; }

    std::mutex taken_;
    int n_others_ = 0;
    std::atomic<std::uint32_t> state_{closed};
    std::atomic<std::uint32_t> left_{0};
    int wanted_ = 0;
    const std::function<void(int)>* work_ = nullptr;
    long process_ = 0;
};

// The use of the team for one piece of work: by up to `wanted` threads, by the caller alone where the team is taken.
class Turn {
  public:
    explicit Turn(int wanted);
    int n_threads() const { return n_threads_; }

    // work(0) by the caller and, where they wake up in time, work(1)..work(n_threads−1) by others: either what work(0)
    // leaves them, or all who meet at a barrier.
    void run(const std::function<void(int thread)>& work);

  private:
    Team& team_;
    std::unique_lock<std::mutex> taken_;
    int n_threads_;
};

}  // namespace clearprop
