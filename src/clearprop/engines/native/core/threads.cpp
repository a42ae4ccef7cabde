#include "threads.hpp"

#include <thread>

#if defined(_WIN32)
#include <process.h>
#define CLEARPROP_PROCESS() static_cast<long>(_getpid())
#else
#include <unistd.h>
#define CLEARPROP_PROCESS() static_cast<long>(getpid())
#endif
#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#define CLEARPROP_X86 1
#define CLEARPROP_PAUSE() _mm_pause()
#else
#define CLEARPROP_PAUSE() std::this_thread::yield()
#endif

namespace clearprop {

namespace {

// Numbers too small for the normal range are 0 while this lives: a dead unit's optimizer state decays into that range,
// where each operation takes many times as long.
class NoSubnormals {
#if CLEARPROP_X86
  public:
    NoSubnormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040u); }
    ~NoSubnormals() { _mm_setcsr(before_); }

  private:
    const unsigned before_;
#endif
};

constexpr int trials_apart = 16;  // of Pace, after which the slower choice is tried again

constexpr int looks = 2000;  // some 50 microseconds: longer than two threads of a step are apart on idle cores

}  // namespace

void wait_for_change(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
    for (int i = 0; i < looks; i++) {
        if (value.load(std::memory_order_acquire) != old) return;
        CLEARPROP_PAUSE();
    }
    while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

void Barrier::wait() {
    if (n_ == 1) return;
    const std::uint32_t round = round_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == n_) {
        arrived_.store(0, std::memory_order_relaxed);
        round_.fetch_add(1, std::memory_order_acq_rel);
        round_.notify_all();
    } else {
        wait_for_change(round_, round);
    }
}

void wait_for_count(const std::atomic<int>& count, int n) {
    for (int i = 0; count.load(std::memory_order_acquire) < n; i++) {
        if (i < looks)
            CLEARPROP_PAUSE();
        else
            std::this_thread::yield();  // the other may want this core
    }
}

Parts::Parts(int n, int n_threads) : n_(n), n_threads_(n_threads), next_(n_threads) { restart(); }

void Parts::restart() {
    for (int t = 0; t < n_threads_; t++) next_[t].store(first(t), std::memory_order_relaxed);
}

int Parts::take(int thread) {
    for (int i = 0; i < n_threads_; i++) {
        const int t = (thread + i) % n_threads_;
        if (next_[t].load(std::memory_order_relaxed) >= first(t + 1)) continue;  // reading disturbs no one
        const int piece = next_[t].fetch_add(1, std::memory_order_relaxed);
        if (piece < first(t + 1)) return piece;
    }
    return n_;
}

int Pace::choose(int most) {
    trials_++;
    for (int several = 0; several < 2; several++)
        if (seconds_[several] == 0.0) return several ? most : 1;
    const bool faster = seconds_[1] < seconds_[0];
    return (trials_ % trials_apart == 0) != faster ? most : 1;
}

void Pace::took(bool several, double seconds) {
    double& known = seconds_[several];
    known = known == 0.0 ? seconds : 0.5 * (known + seconds);
}

Team& Team::instance() {
    // Never destroyed: its threads may be asleep when the process ends, and a forked child must not join them.
    static std::mutex making;
    static Team* team = nullptr;
    const std::lock_guard<std::mutex> lock(making);
    if (!team || team->process_ != CLEARPROP_PROCESS()) {
        team = new Team;
        team->process_ = CLEARPROP_PROCESS();
    }
    return *team;
}

void Team::grow(int n) {
    for (; n_others_ + 1 < n; n_others_++)
        std::thread([this, thread = n_others_ + 1, seen = call_of(state_.load())] { serve(thread, seen); }).detach();
}

void Team::serve(int thread, std::uint32_t seen) {
    for (;;) {
        std::uint32_t now = state_.load(std::memory_order_acquire);
        if (call_of(now) == seen || (now & closed)) {
            wait_for_change(state_, now);
        } else if (state_.compare_exchange_strong(now, now + 1, std::memory_order_acq_rel)) {
            seen = call_of(now);
            if (thread < wanted_) (*work_)(thread);
            left_.fetch_add(1, std::memory_order_acq_rel);
            left_.notify_one();
        }
    }
}

Turn::Turn(int wanted) : team_(Team::instance()), taken_(team_.taken_, std::defer_lock), n_threads_(1) {
    if (wanted > 1 && taken_.try_lock()) n_threads_ = wanted;
}

void Turn::run(const std::function<void(int)>& all_work) {
    const std::function<void(int)> work = [&](int thread) {
        const NoSubnormals none;
        all_work(thread);
    };
    if (n_threads_ == 1) {
        work(0);
        return;
    }
    team_.grow(n_threads_);
    team_.wanted_ = n_threads_;
    team_.work_ = &work;
    team_.left_.store(0, std::memory_order_relaxed);
    const std::uint32_t call = Team::call_of(team_.state_.load(std::memory_order_relaxed)) + 1;
    team_.state_.store(call * Team::first_of_call, std::memory_order_release);
    team_.state_.notify_all();
    work(0);
    const std::uint32_t joined = team_.state_.fetch_or(Team::closed, std::memory_order_acq_rel) % Team::closed;
    for (auto left = team_.left_.load(std::memory_order_acquire); left < joined;
         left = team_.left_.load(std::memory_order_acquire))
        wait_for_change(team_.left_, left);
}

}  // namespace clearprop
