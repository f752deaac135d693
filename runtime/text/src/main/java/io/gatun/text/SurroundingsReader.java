package io.gatun.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The post-processors of {@code tokenizer.json}: which ids surround those of a single text. */
final class SurroundingsReader {
  private static final List<Integer> BARE = List.of(Pipeline.TEXT);

  private final int tokens;

  /** @param tokens the size of the vocabulary */
  SurroundingsReader(int tokens) {
    this.tokens = tokens;
  }

  List<Integer> read(Optional<JsonObject> source) {
    return source.map(this::surroundings).orElse(BARE);
  }

  private List<Integer> surroundings(JsonObject source) {
    String type = source.string("type");
    return switch (type) {
      case "ByteLevel" -> BARE;
      case "BertProcessing", "RobertaProcessing" -> List.of(id(source, "cls"), Pipeline.TEXT, id(source, "sep"));
      case "TemplateProcessing" -> template(source);
      case "Sequence" -> {
        List<Integer> inner = BARE;
        for (JsonObject processor : source.objects("processors")) {
          inner = around(inner, surroundings(processor));
        }
        yield inner;
      }
      default -> throw source.unsupported("type", "post-processor '" + type + "'");
    };
  }

  private static List<Integer> around(List<Integer> inner, List<Integer> outer) {
    return outer.stream().flatMap(id -> id == Pipeline.TEXT ? inner.stream() : List.of(id).stream()).toList();
  }

  private int id(JsonObject source, String name) {
    List<Object> pair = source.list(name, Object.class, "a token and its id");
    if (pair.size() != 2 || !(pair.get(1) instanceof Long id)) {
      throw source.malformed(name, "something else", "a token and its id");
    }
    return checked(source, name, id);
  }

  private int checked(JsonObject source, String name, long id) {
    if (id < 0 || id >= tokens) {
      throw source.malformed(name, "of id " + id, "one of " + tokens + " tokens");
    }
    return (int) id;
  }

  private List<Integer> template(JsonObject source) {
    JsonObject known = source.optionalObject("special_tokens").orElse(JsonObject.none(source.file()));
    var ids = new ArrayList<Integer>();
    if (source.members().get("single") instanceof String spelled) {
      for (String piece : spelled.split(" ", -1)) {
        addPiece(piece.startsWith("$") ? "$" : piece.replaceFirst(":[0-9]+$", ""), known, ids);
      }
    } else {
      for (JsonObject piece : source.objects("single")) {
        addPiece(piece.has("Sequence") ? "$" : piece.object("SpecialToken").string("id"), known, ids);
      }
    }
    if (!ids.contains(Pipeline.TEXT)) {
      throw source.malformed("single", "without a sequence", "a template with one");
    }
    return List.copyOf(ids);
  }

  private void addPiece(String piece, JsonObject known, List<Integer> ids) {
    if (piece.equals("$")) {
      ids.add(Pipeline.TEXT);
    } else {
      for (long id : known.object(piece).list("ids", Long.class, "an id")) {
        ids.add(checked(known, piece, id));
      }
    }
  }
}
