package io.gatun.cli.chat;

import io.gatun.cli.load.LoadedModel;
import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.Session;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * A model, and the branches of a conversation with it. Each branch has messages and a cache of its own; caches share the
 * pages of what branches have in common. One branch is talked in, the others wait. Owns the model and the sessions;
 * confined to the REPL's thread.
 */
final class Branches implements AutoCloseable {
  private static final String FIRST = "main";

  private LoadedModel loaded;
  private final SequencedMap<String, Branch> branches = new LinkedHashMap<>();
  private String current = FIRST;

  /** A branch: what was said in it, and its memory. */
  private record Branch(Conversation conversation, Session session) {}

  /** One branch, empty. */
  Branches(LoadedModel loaded) {
    this.loaded = loaded;
    branches.put(FIRST, new Branch(new Conversation(), loaded.engine().session()));
  }

  /** The name of the branch that is talked in. */
  String current() {
    return current;
  }

  Conversation conversation() {
    return named(current).conversation();
  }

  Partner partner() {
    return new Partner(loaded, named(current).session());
  }

  /** Names and conversations, oldest first. */
  SequencedMap<String, Conversation> all() {
    return branches.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().conversation(), (a, b) -> a, LinkedHashMap::new));
  }

  /**
   * Begins a branch where this one stands, and goes on in it.
   *
   * @param name empty for the next number
   * @throws UsageException if the name is taken or of several words
   */
  void fork(String name) {
    String next = name.isEmpty() ? unused() : name;
    if (branches.containsKey(next) || !next.matches("\\S+")) {
      throw new UsageException("'%s': expected one word that is no branch's name yet".formatted(next));
    }
    Branch here = named(current);
    branches.put(next, new Branch(here.conversation().copy(), here.session().fork()));
    current = next;
  }

  private String unused() {
    int number = 2;
    while (branches.containsKey(String.valueOf(number))) {
      number++;
    }
    return String.valueOf(number);
  }

  /** @throws UsageException if there is no such branch */
  void go(String name) {
    named(name);
    current = name;
  }

  /** @throws UsageException if there is no such branch, or it is the one that is talked in */
  void drop(String name) {
    Branch dropped = named(name);
    if (name.equals(current)) {
      throw new UsageException("'%s' is the branch you are in: go to another one first".formatted(name));
    }
    dropped.session().close();
    branches.remove(name);
  }

  /** Puts another memory in place of this branch's, whose conversation is changed by the caller. */
  void remember(Session session) {
    Branch here = named(current);
    branches.put(current, new Branch(here.conversation(), session));
    here.session().close();
  }

  /** Goes on with another model: all branches keep their words and lose their caches. The one before is closed. */
  void talkWith(LoadedModel next) {
    LoadedModel before = loaded;
    branches.values().forEach(branch -> branch.session().close());
    loaded = next;
    branches.replaceAll((_, branch) -> new Branch(branch.conversation(), next.engine().session()));
    before.close();
  }

  private Branch named(String name) {
    Branch branch = branches.get(name);
    if (branch == null) {
      throw new UsageException("no branch '%s': expected %s".formatted(name, String.join(", ", branches.keySet())));
    }
    return branch;
  }

  @Override
  public void close() {
    branches.values().forEach(branch -> branch.session().close());
    loaded.close();
  }
}
