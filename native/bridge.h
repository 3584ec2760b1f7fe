// Lets native threads call JavaScript while JavaScript's thread waits for them: with an accelerator the autograd engine
// runs hooks on threads of its own, and JavaScript must never be entered off its thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <stdexcept>

namespace torch_ts {

// One for each runtime, however deep backward runs inside backward: whichever wait is the innermost serves all questions.
class Bridge {
 public:
  // On another thread: has `work` done on JavaScript's, and waits for its end or exception.
  void ask(const std::function<void()>& work) {
    std::packaged_task<void()> task(work);
    auto answer = task.get_future();
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (waits_ == 0) throw std::runtime_error("a JavaScript callback was called on a thread that nobody waits for");
      tasks_.push_back(std::move(task));
    }
    changed_.notify_all();
    answer.get();
  }

  // On JavaScript's thread: runs `work` on a helper thread and serves questions until it is done.
  void serve(const std::function<void()>& work) {
    bool finished = false;
    std::unique_lock<std::mutex> lock(mutex_);
    const Wait wait(*this, lock);
    auto done = std::async(std::launch::async, [&] {
      const Finish finish{*this, finished};
      work();
    });
    for (;;) {
      changed_.wait(lock, [&] { return finished || !tasks_.empty(); });
      if (finished) break;
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
    lock.unlock();
    done.get();
  }

 private:
  struct Wait {
    Wait(Bridge& bridge, std::unique_lock<std::mutex>& lock) : bridge(bridge), lock(lock) { ++bridge.waits_; }
    ~Wait() {
      if (!lock.owns_lock()) lock.lock();
      --bridge.waits_;
    }
    Bridge& bridge;
    std::unique_lock<std::mutex>& lock;
  };

  struct Finish {
    Bridge& bridge;
    bool& finished;
    ~Finish() {
      std::lock_guard<std::mutex> lock(bridge.mutex_);
      finished = true;
      bridge.changed_.notify_all();
    }
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::packaged_task<void()>> tasks_;
  int waits_ = 0;
};

} // namespace torch_ts
