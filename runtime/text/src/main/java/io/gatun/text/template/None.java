package io.gatun.text.template;

/** Python's None. */
enum None implements Value {
  NONE;

  @Override
  public String type() {
    return "NoneType";
  }

  @Override
  public boolean truth() {
    return false;
  }

  @Override
  public void repr(Repr out) {
    out.text().template("None");
  }
}
