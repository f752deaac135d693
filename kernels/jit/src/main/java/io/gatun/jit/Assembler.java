package io.gatun.jit;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * Writes x86-64 machine code that does not depend on where it lies: no more instructions than the kernels need, in the order
 * of operands of Intel's manuals. Literals follow the code. Used by one thread.
 */
final class Assembler {
  private static final int CAPACITY = 1 << 17;
  private static final int VECTOR = 32;
  private static final int RIP_RELATIVE = 5;
  private static final int NEEDS_SIB = 4;
  private static final int NO_INDEX = 4;
  private static final int BASE_NEEDS_DISPLACEMENT = 5;

  private final ByteBuffer code = ByteBuffer.allocate(CAPACITY).order(ByteOrder.LITTLE_ENDIAN);
  private final List<Reference> literals = new ArrayList<>();

  /** A distance to a literal that is not known yet: where it stands, and where its instruction ends. */
  private record Reference(int at, int end, Literal literal) {}

  /** When a jump is taken. */
  enum Condition {
    BELOW(2),
    NOT_ZERO(5);

    private final int code;

    Condition(int code) {
      this.code = code;
    }
  }

  /** The code, and the literals that it reads behind it, each once; those of vectors are aligned like them. */
  byte[] bytes() {
    int end = code.position();
    var places = new HashMap<Literal, Integer>();
    for (Reference reference : literals) {
      int place = places.computeIfAbsent(reference.literal, this::place);
      code.putInt(reference.at, place - reference.end);
    }
    var all = new byte[code.position()];
    code.get(0, all);
    code.position(end);
    return all;
  }

  private int place(Literal literal) {
    if (literal.words().size() > 1) {
      code.position((code.position() + VECTOR - 1) / VECTOR * VECTOR);
    }
    int place = code.position();
    literal.words().forEach(code::putInt);
    return place;
  }

  // ---- vectors

  /** {@code target = op(first, last)}. */
  void op(Op op, Vec target, Vec first, Operand last) {
    vex(op, target, first.number(), last, 0);
  }

  /** {@code target = op(source)}. */
  void op(Op op, Vec target, Operand source) {
    vex(op, target, 0, source, 0);
  }

  /** {@code target = op(first, last)} with a constant byte. */
  void op(Op op, Vec target, Vec first, Operand last, int constant) {
    vex(op, target, first.number(), last, 1);
    code.put((byte) constant);
  }

  /** {@code target = op(source)} with a constant byte. */
  void op(Op op, Vec target, Operand source, int constant) {
    vex(op, target, 0, source, 1);
    code.put((byte) constant);
  }

  void shift(Shift shift, Vec target, Vec source, int bits) {
    vex(1, 1, 0, shift.code, shift.extension, target.number(), source, source.bits(), 1);
    code.put((byte) bits);
  }

  /** Stores a vector, unaligned. */
  void store(Mem target, Vec source) {
    vex(0, 1, 0, 0x11, source.number(), 0, target, source.bits(), 0);
  }

  /** Stores the lowest 32 bits of a vector. */
  void storeLow(Mem target, Vec source) {
    vex(1, 1, 0, 0x7E, source.number(), 0, target, 128, 0);
  }

  /** Clears the upper halves, which code of the JVM expects. */
  void vzeroupper() {
    put(0xC5, 0xF8, 0x77);
  }

  private void vex(Op op, Vec target, int first, Operand last, int following) {
    vex(op.prefix, op.map, op.wide, op.code, target.number(), first, last, target.bits(), following);
  }

  private void vex(
      int prefix, int map, int wide, int opcode, int reg, int first, Operand last, int bits, int following) {
    int index = last instanceof Mem memory ? memory.indexHigh() : 0;
    int base =
        switch (last) {
          case Vec vector -> vector.number() >> 3;
          case Mem memory -> memory.base().high();
          case Literal _ -> 0;
        };
    int tail = ((~first & 15) << 3) | (bits == 256 ? 4 : 0) | prefix;
    int notR = (1 - (reg >> 3)) << 7;
    if (map == 1 && wide == 0 && index == 0 && base == 0) {
      put(0xC5, notR | tail);
    } else {
      put(0xC4, notR | ((1 - index) << 6) | ((1 - base) << 5) | map, (wide << 7) | tail);
    }
    put(opcode);
    operand(reg, last, following);
  }

  // ---- memory

  /** The ModRM byte and what follows it, with {@code following} bytes of the instruction to come. */
  private void operand(int reg, Operand operand, int following) {
    int middle = (reg & 7) << 3;
    switch (operand) {
      case Vec vector -> put(0xC0 | middle | vector.low());
      case Literal literal -> literal(middle, literal, following);
      case Mem memory -> memory(middle, memory);
    }
  }

  private void literal(int middle, Literal literal, int following) {
    put(middle | RIP_RELATIVE);
    literals.add(new Reference(code.position(), code.position() + Integer.BYTES + following, literal));
    code.putInt(0);
  }

  private void memory(int middle, Mem memory) {
    int base = memory.base().low();
    int displacement = memory.displacement();
    boolean isByte = displacement == (byte) displacement;
    int mode = displacement == 0 && base != BASE_NEEDS_DISPLACEMENT ? 0 : isByte ? 0x40 : 0x80;
    Gp index = memory.index();
    if (index != null) {
      int scale = Integer.numberOfTrailingZeros(memory.scale()) << 6;
      put(mode | middle | NEEDS_SIB, scale | (index.low() << 3) | base);
    } else if (base == NEEDS_SIB) {
      put(mode | middle | NEEDS_SIB, (NO_INDEX << 3) | base);
    } else {
      put(mode | middle | base);
    }
    switch (mode) {
      case 0 -> {}
      case 0x40 -> put(displacement);
      default -> code.putInt(displacement);
    }
  }

  // ---- general registers

  void mov(Gp target, Gp source) {
    integer(0x89, target, source);
  }

  void mov(Gp target, Mem source) {
    integer(0x8B, target, source);
  }

  void mov(Mem target, Gp source) {
    integer(0x89, source, target);
  }

  /** Loads 32 bits; the upper ones become 0. */
  void mov32(Gp target, Mem source) {
    shortInteger(target, source, 0x8B);
  }

  /** Loads a byte; the upper bits become 0. */
  void movzxByte(Gp target, Mem source) {
    shortInteger(target, source, 0x0F, 0xB6);
  }

  /** Loads 16 bits; the upper ones become 0. */
  void movzxWord(Gp target, Mem source) {
    shortInteger(target, source, 0x0F, 0xB7);
  }

  /** Shifts 64 bits to the right. */
  void shr(Gp target, int bits) {
    rex(0, 0, target.high());
    put(0xC1, 0xE8 | target.low(), bits);
  }

  /** Keeps the bits of a mask, 0 to 2³¹ − 1. */
  void and(Gp target, int mask) {
    immediate(0xE0, target, mask);
  }

  void or(Gp target, Gp source) {
    integer(0x09, target, source);
  }

  void lea(Gp target, Mem address) {
    integer(0x8D, target, address);
  }

  /** The address of a literal. */
  void lea(Gp target, Literal literal) {
    rex(target.high(), 0, 0);
    put(0x8D);
    literal(target.low() << 3, literal, 0);
  }

  void add(Gp target, Gp source) {
    integer(0x01, target, source);
  }

  void add(Gp target, Mem source) {
    integer(0x03, target, source);
  }

  void add(Gp target, int constant) {
    immediate(0xC0, target, constant);
  }

  /** Sets a register to 0. */
  void clear(Gp target) {
    integer(0x31, target, target);
  }

  void cmp(Gp first, Gp second) {
    integer(0x39, first, second);
  }

  void cmp(Gp first, Mem second) {
    integer(0x3B, first, second);
  }

  void dec(Gp target) {
    rex(0, 0, target.high());
    put(0xFF, 0xC8 | target.low());
  }

  void dec(Mem target) {
    rex(0, target.indexHigh(), target.base().high());
    put(0xFF);
    memory(1 << 3, target);
  }

  /** Asks for a line of the first-level cache; never faults. */
  void prefetch(Mem line) {
    int high = (line.indexHigh() << 1) | line.base().high();
    if (high != 0) {
      put(0x40 | high);
    }
    put(0x0F, 0x18);
    memory(1 << 3, line);
  }

  void push(Gp register) {
    stack(0x50, register);
  }

  void pop(Gp register) {
    stack(0x58, register);
  }

  void ret() {
    put(0xC3);
  }

  private void stack(int opcode, Gp register) {
    if (register.high() != 0) {
      put(0x41);
    }
    put(opcode | register.low());
  }

  private void immediate(int operation, Gp target, int constant) {
    boolean isByte = constant == (byte) constant;
    rex(0, 0, target.high());
    put(isByte ? 0x83 : 0x81, operation | target.low());
    if (isByte) {
      put(constant);
    } else {
      code.putInt(constant);
    }
  }

  private void integer(int opcode, Gp target, Gp source) {
    rex(source.high(), 0, target.high());
    put(opcode, 0xC0 | (source.low() << 3) | target.low());
  }

  private void integer(int opcode, Gp target, Mem source) {
    rex(target.high(), source.indexHigh(), source.base().high());
    put(opcode);
    memory(target.low() << 3, source);
  }

  /** An instruction on 32 bits, which clears the upper half of its target. */
  private void shortInteger(Gp target, Mem source, int... opcode) {
    int high = (target.high() << 2) | (source.indexHigh() << 1) | source.base().high();
    if (high != 0) {
      put(0x40 | high);
    }
    put(opcode);
    memory(target.low() << 3, source);
  }

  private void rex(int reg, int index, int base) {
    put(0x48 | (reg << 2) | (index << 1) | base);
  }

  // ---- jumps

  /** Where the next instruction will be, for a jump back. */
  int here() {
    return code.position();
  }

  /** Jumps back. */
  void jump(Condition condition, int target) {
    put(0x0F, 0x80 | condition.code);
    code.putInt(target - code.position() - Integer.BYTES);
  }

  private void put(int... bytes) {
    for (int b : bytes) {
      code.put((byte) b);
    }
  }
}
