// Lets a native thread call JavaScript while JavaScript's thread waits for it: with an accelerator the autograd engine
// runs hooks on threads of its own, and JavaScript must never be entered off its thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <mutex>

namespace torch_ts {

class Bridge {
 public:
  // On another thread: has `work` done on JavaScript's, and waits for its end or exception.
  void ask(const std::function<void()>& work) {
    std::packaged_task<void()> task(work);
    auto answer = task.get_future();
    {
      std::lock_guard<std::mutex> lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    changed_.notify_one();
    answer.get();
  }

  // On JavaScript's thread: runs `work` on a helper thread and serves its questions until it is done.
  void serve(const std::function<void()>& work) {
    auto done = std::async(std::launch::async, [&] {
      struct Finish {
        Bridge& bridge;
        ~Finish() {
          std::lock_guard<std::mutex> lock(bridge.mutex_);
          bridge.finished_ = true;
          bridge.changed_.notify_one();
        }
      } finish{*this};
      work();
    });
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return finished_ || !tasks_.empty(); });
      if (tasks_.empty()) break;
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
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::packaged_task<void()>> tasks_;
  bool finished_ = false;
};

} // namespace torch_ts
