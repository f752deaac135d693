package io.gatun.text;

import java.util.Arrays;

/** A tree of byte strings, each with a token. Not thread-safe while strings are added. */
final class ByteTrie {
  static final int ROOT = 0;
  static final int NONE = -1;

  /** {@code node << 8 | byte} of every edge, in a hash table; {@link #NONE} where it is free. */
  private long[] edges = new long[1024];
  private int[] children = new int[1024];
  private int[] tokens = new int[512];
  private int nodes = 1;

  ByteTrie() {
    Arrays.fill(edges, NONE);
    Arrays.fill(tokens, NONE);
  }

  /** The last of two tokens of the same bytes counts. */
  void add(byte[] bytes, int token) {
    int node = ROOT;
    for (byte b : bytes) {
      node = childOrNew(node, b);
    }
    tokens[node] = token;
  }

  /** The node that a byte leads to, {@link #NONE} if to none. */
  int child(int node, byte b) {
    int slot = slot(edge(node, b));
    return edges[slot] == NONE ? NONE : children[slot];
  }

  /** The token of the bytes that lead to a node, {@link #NONE} if there is none. */
  int token(int node) {
    return tokens[node];
  }

  /**
   * Appends the longest token whose bytes begin at a place of {@code text}.
   *
   * @return how many bytes it has, 0 if there is none
   */
  int appendLongest(byte[] text, int from, IdBuffer ids) {
    int token = NONE;
    int length = 0;
    int node = ROOT;
    for (int at = from; at < text.length; at++) {
      node = child(node, text[at]);
      if (node == NONE) {
        break;
      }
      if (tokens[node] != NONE) {
        token = tokens[node];
        length = at + 1 - from;
      }
    }
    if (length > 0) {
      ids.add(token);
    }
    return length;
  }

  private int childOrNew(int node, byte b) {
    long edge = edge(node, b);
    int slot = slot(edge);
    if (edges[slot] != NONE) {
      return children[slot];
    }
    if (2 * nodes >= edges.length) {
      grow();
      slot = slot(edge);
    }
    edges[slot] = edge;
    children[slot] = nodes;
    return nodes++;
  }

  private void grow() {
    long[] oldEdges = edges;
    int[] oldChildren = children;
    edges = new long[2 * oldEdges.length];
    children = new int[2 * oldEdges.length];
    Arrays.fill(edges, NONE);
    for (int i = 0; i < oldEdges.length; i++) {
      if (oldEdges[i] != NONE) {
        int slot = slot(oldEdges[i]);
        edges[slot] = oldEdges[i];
        children[slot] = oldChildren[i];
      }
    }
    int known = tokens.length;
    tokens = Arrays.copyOf(tokens, edges.length / 2);
    Arrays.fill(tokens, known, tokens.length, NONE);
  }

  private static long edge(int node, byte b) {
    return (long) node << Byte.SIZE | (b & 0xFF);
  }

  private int slot(long edge) {
    int slot = (int) ((edge * 0x9E3779B97F4A7C15L) >>> 32) & (edges.length - 1);
    while (edges[slot] != NONE && edges[slot] != edge) {
      slot = (slot + 1) & (edges.length - 1);
    }
    return slot;
  }
}
