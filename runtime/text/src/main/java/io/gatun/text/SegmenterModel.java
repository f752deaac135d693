package io.gatun.text;

/** A segmenter that is given words. */
record SegmenterModel(Segmenter segmenter) implements WordModel {
  @Override
  public void encode(String word, IdBuffer ids) {
    segmenter.encode(word, ids);
  }
}
