package io.gatun.engine;

import io.gatun.model.Batch;
import io.gatun.model.Forward;
import io.gatun.tensors.FormatException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * The engine's loop, on a thread of its own. Each step sends one batch through the model: one token of every request
 * that decodes, with those that are guessed to follow it, and in the room that is left, prompt tokens of the requests
 * that have not finished theirs, oldest first.
 */
final class Scheduler implements AutoCloseable {

  /** Requests computed together; more wait. Below the rows of a batch, so that prompts always advance too. */
  private final int maxActive;

  private final Forward forward;
  private final String origin;
  private final Batch batch = new Batch();
  private final List<Task> active = new ArrayList<>();
  private final Prefixes prefixes = new Prefixes();
  private final StepCosts costs;
  private final Task[] owners;
  /** Rows of the batch that are not of prompts. */
  private int decoding;
  private final Thread thread;

  private final Object lock = new Object();
  private final Queue<Task> waiting = new ArrayDeque<>();
  private boolean closing;

  /** @param origin the model's file, for messages */
  Scheduler(Forward forward, String origin) {
    this.forward = forward;
    this.origin = origin;
    owners = new Task[forward.maxRows()];
    costs = new StepCosts(forward.maxRows());
    maxActive = Math.max(1, forward.maxRows() / 2);
    thread = Thread.ofPlatform().daemon().name("gatun-engine").unstarted(this::loop);
    thread.start();
  }

  /** @throws IllegalStateException if it is closed */
  void submit(Task task) {
    synchronized (lock) {
      if (closing) {
        throw new IllegalStateException("the engine is closed");
      }
      waiting.add(task);
      lock.notifyAll();
    }
  }

  /** Whether the caller is this scheduler's own thread, in a listener or a processor. */
  boolean isOwnThread() {
    return Thread.currentThread().threadId() == thread.threadId();
  }

  /** Ends all tasks as cancelled and waits for the thread. The caller cancels the tasks before. */
  @Override
  public void close() {
    synchronized (lock) {
      closing = true;
      lock.notifyAll();
    }
    Waiting.uninterrupted(thread::join);
  }

  private void loop() {
    while (admit()) {
      active.forEach(Task::expire);
      active.removeIf(task -> task.pending() == 0);
      if (!active.isEmpty()) {
        if (!othersWait()) {
          prefixes.forget();
        }
        step();
        active.removeIf(task -> task.pending() == 0);
      }
    }
  }

  /** Takes up waiting tasks; sleeps while there is nothing to do. False when closed and all is done. */
  private boolean admit() {
    synchronized (lock) {
      while (active.isEmpty() && waiting.isEmpty() && !closing) {
        try {
          lock.wait();
        } catch (InterruptedException straysFromListeners) {
          // nothing here waits for an interrupt: look again
        }
      }
      for (var next = waiting.iterator(); next.hasNext() && active.size() < maxActive; ) {
        Task task = next.next();
        if (prefixes.begin(task, active)) {
          active.add(task);
          next.remove();
        }
      }
      return !active.isEmpty();
    }
  }

  private boolean othersWait() {
    synchronized (lock) {
      return !waiting.isEmpty();
    }
  }

  private void step() {
    for (Task task : active) {
      if (task.result() == Task.Result.EMBEDDINGS) {
        compute(
            forward::embed,
            () -> feed(task, Math.min(forward.maxRows(), task.pending())));
      }
    }
    guess();
    if (active.stream().anyMatch(task -> task.result() == Task.Result.LOGITS)) {
      long begin = System.nanoTime();
      compute(forward::run, this::feedAll);
      if (decoding == batch.size()) {
        costs.measured(decoding, System.nanoTime() - begin);
      }
    }
  }

  /** Guesses take a quarter of the rows at most, so that prompts always advance. */
  private void guess() {
    Map<Task, Draft> drafts = new LinkedHashMap<>();
    active.forEach(task -> task.draft().ifPresent(draft -> drafts.put(task, draft)));
    int texts = drafts.size();
    int left = texts;
    int room = forward.maxRows() / 4;
    Map<Drafter, List<Task>> byDrafter = new LinkedHashMap<>();
    for (var entry : drafts.entrySet()) {
      int wanted = entry.getValue().open(room / left--, texts, costs);
      room -= wanted;
      if (wanted > 0) {
        byDrafter.computeIfAbsent(entry.getValue().drafter(), _ -> new ArrayList<>()).add(entry.getKey());
      }
    }
    byDrafter.forEach((drafter, tasks) -> guess(drafter, tasks, drafts));
  }

  private static void guess(Drafter drafter, List<Task> tasks, Map<Task, Draft> drafts) {
    try {
      List<Draft> wanting = tasks.stream().map(drafts::get).toList();
      drafter.guess(wanting);
      wanting.forEach(Draft::close);
    } catch (RuntimeException | Error e) {
      tasks.forEach(task -> task.fail(e));
    }
  }

  private void feedAll() {
    feedEach(Task::isDecoding);
    decoding = batch.size();
    feedEach(task -> !task.isDecoding());
  }

  private void feedEach(Predicate<Task> chosen) {
    for (Task task : active) {
      int count = Math.min(task.pending(), forward.maxRows() - batch.size());
      if (task.result() == Task.Result.LOGITS && count > 0 && chosen.test(task)) {
        feed(task, count);
      }
    }
  }

  private void compute(BiConsumer<Batch, Forward.RowSink> pass, Runnable feeding) {
    try {
      batch.clear();
      feeding.run();
      pass.accept(batch, this::deliver);
    } catch (RuntimeException | Error e) {
      fed().forEach(task -> task.fail(e));
    }
  }

  private void feed(Task task, int count) {
    int first = task.feed(batch, count);
    Arrays.fill(owners, first, first + count, task);
  }

  private void deliver(int row, float[] logits) {
    if (othersWait()) {
      prefixes.keep(owners[row]); // now, as its cache is its owner's again when it has ended
    }
    if (!owners[row].expects(row)) {
      return;
    }
    try {
      Logits.requireFinite(logits, origin);
    } catch (FormatException e) {
      owners[row].fail(e);
      return;
    }
    owners[row].accept(row, logits);
  }

  private List<Task> fed() {
    return Arrays.stream(owners, 0, batch.size()).distinct().toList();
  }
}
