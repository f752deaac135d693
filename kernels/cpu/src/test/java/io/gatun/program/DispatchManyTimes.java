package io.gatun.program;

import io.gatun.cpu.Workers;

/** For a test that gives it a heap too small for one object per dispatch, and no garbage collector. */
public final class DispatchManyTimes {
  private static final Workers.Body NOTHING = (_, _, _) -> {};

  private DispatchManyTimes() {}

  public static void main(String[] arguments) {
    int count = Integer.parseInt(arguments[0]);
    try (var workers = new Workers(2)) {
      for (int i = 0; i < count; i++) {
        workers.run(16, 1, NOTHING);
      }
    }
    System.out.println("done");
  }
}
