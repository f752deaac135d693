package io.gatun.model;

import io.gatun.device.Buffer;
import io.gatun.device.Device;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The states that sequences carry from token to token, one buffer for all layers of a sequence, counted, so that forked
 * caches can share them. Thread-safe, but for {@link #allocate} and {@link #exclusive}, which are part of a forward pass.
 */
final class KvStates {
  private final Device device;
  private final long size;
  private final Deque<State> free = new ArrayDeque<>();

  /** A buffer {@code [1, size]} and how many caches have it. */
  static final class State {
    private final Buffer buffer;
    private int references;

    private State(Buffer buffer) {
      this.buffer = buffer;
    }

    Buffer buffer() {
      return buffer;
    }
  }

  /** @param size values of a state; 0 if the model has none */
  KvStates(Device device, long size) {
    this.device = device;
    this.size = size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Its content is undefined: a sequence begins with zeros by itself. */
  State allocate() {
    State state;
    synchronized (this) {
      state = free.poll();
    }
    if (state == null) {
      state = new State(device.buffer(1, size));
    }
    state.references = 1;
    return state;
  }

  synchronized void retain(State state) {
    state.references++;
  }

  synchronized void release(State state) {
    if (--state.references == 0) {
      free.push(state);
    }
  }

  /** The state itself if nobody else has it, else a copy in its place. */
  State exclusive(State state) {
    synchronized (this) {
      if (state.references == 1) {
        return state;
      }
    }
    State copy = allocate();
    device.gather(state.buffer, new int[1], copy.buffer);
    release(state);
    return copy;
  }
}
