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
 * Writes x86-64 machine code that does not depend on where it lies: no more instructions than the kernels need, in the
 * order of operands of Intel's manuals. Literals follow the code. Used by one thread.
 *
 * <p>An assembler that <em>doubles</em> writes what AVX2 does to a vector of 256 bits for two of them, which are the halves
 * of one of 512 bits, with instructions of AVX-512; where these have no such instruction it writes several, which use
 * register 31 and the first mask. Vectors of 128 bits are not doubled.
 */
final class Assembler {
  private static final int CAPACITY = 1 << 17;
  private static final int VECTOR = 32;

  /** Bytes of the largest vectors. */
  private static final int WIDEST = 64;

  private static final int RIP_RELATIVE = 5;
  private static final int NEEDS_SIB = 4;
  private static final int NO_INDEX = 4;
  private static final int BASE_NEEDS_DISPLACEMENT = 5;

  private static final int MASK = 1;
  private static final Vec SPARE = new Vec(31, WIDEST * Byte.SIZE);
  private static final int EVEN_LANES = 0x88;
  private static final int ODD_LANES = 0xDD;

  private final boolean doubles;
  private final ByteBuffer code = ByteBuffer.allocate(CAPACITY).order(ByteOrder.LITTLE_ENDIAN);
  private final List<Reference> literals = new ArrayList<>();

  Assembler() {
    this(false);
  }

  /** @param doubles whether instructions on 256 bits are written for 512 */
  Assembler(boolean doubles) {
    this.doubles = doubles;
  }

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
      int vector = doubles ? WIDEST : VECTOR;
      code.position((code.position() + vector - 1) / vector * vector);
    }
    int place = code.position();
    literal.words().forEach(code::putInt);
    return place;
  }

  // ---- vectors

  /** {@code target = op(first, last)}. */
  void op(Op op, Vec target, Vec first, Operand last) {
    if (doubles) {
      switch (op) {
        case VPCMPEQB -> compare(op, Op.VPMOVM2B, target, first, last);
        case VPCMPEQD -> compare(op, Op.VPMOVM2D, target, first, last);
        case VPHADDD -> addNeighbours(Op.VPADDD, target, first, last);
        case VHADDPS -> addNeighbours(Op.VADDPS, target, first, last);
        default -> vector(op, target, first.number(), last, 0);
      }
    } else {
      vector(op, target, first.number(), last, 0);
    }
  }

  /** A comparison whose result is a mask, which then fills lanes. */
  private void compare(Op op, Op fill, Vec target, Vec first, Operand last) {
    vector(op, new Vec(MASK, target.bits()), first.number(), last, 0);
    op(fill, target, new Vec(MASK, target.bits()));
  }

  /** A horizontal addition: the even lanes of both plus the odd ones. */
  private void addNeighbours(Op add, Vec target, Vec first, Operand last) {
    op(Op.VSHUFPS, SPARE, first, last, EVEN_LANES);
    op(Op.VSHUFPS, target, first, last, ODD_LANES);
    op(add, target, SPARE, target);
  }

  /** {@code target = op(source)}. */
  void op(Op op, Vec target, Operand source) {
    vector(op, target, 0, source, 0);
  }

  /** {@code target = op(first, last)} with a constant byte. */
  void op(Op op, Vec target, Vec first, Operand last, int constant) {
    vector(op, target, first.number(), last, 1);
    code.put((byte) constant);
  }

  /** {@code target = op(source)} with a constant byte. */
  void op(Op op, Vec target, Operand source, int constant) {
    vector(op, target, 0, source, 1);
    code.put((byte) constant);
  }

  void shift(Shift shift, Vec target, Vec source, int bits) {
    var encoding = new Encoding(1, 1, 0, shift.code, bits(source), WIDEST);
    vector(encoding, shift.extension, target.number(), source, 1);
    code.put((byte) bits);
  }

  /** Stores a vector, unaligned. */
  void store(Mem target, Vec source) {
    vector(new Encoding(0, 1, 0, 0x11, bits(source), WIDEST), source.number(), 0, target, 0);
  }

  /** Stores the lowest 32 bits of a vector. */
  void storeLow(Mem target, Vec source) {
    vector(new Encoding(1, 1, 0, 0x7E, 128, WIDEST), source.number(), 0, target, 0);
  }

  /** Clears the upper halves, which code of the JVM expects. */
  void vzeroupper() {
    put(0xC5, 0xF8, 0x77);
  }

  /**
   * What the prefix of an instruction says of it, and its opcode.
   *
   * @param memory bytes in which an EVEX encoding counts displacements
   */
  private record Encoding(int prefix, int map, int wide, int opcode, int bits, int memory) {}

  private void vector(Op op, Vec target, int first, Operand last, int following) {
    int bits = bits(target);
    int wide = isWidest(bits) ? op.evexWide() : op.wide;
    vector(new Encoding(op.prefix, op.map, wide, op.code, bits, op.memory), target.number(), first, last, following);
  }

  /** Of the vector that is written for one. */
  private int bits(Vec vector) {
    return doubles && vector.bits() > 128 ? WIDEST * Byte.SIZE : vector.bits();
  }

  private static boolean isWidest(int bits) {
    return bits == WIDEST * Byte.SIZE;
  }

  /** Vectors of 512 bits have an EVEX encoding, others a VEX encoding. */
  private void vector(Encoding encoding, int reg, int first, Operand last, int following) {
    if (isWidest(encoding.bits)) {
      evex(encoding, reg, first, last);
      put(encoding.opcode);
      operand(reg, last, following, encoding.memory);
    } else {
      vex(encoding, reg, first, last);
      put(encoding.opcode);
      operand(reg, last, following, 1);
    }
  }

  private void vex(Encoding encoding, int reg, int first, Operand last) {
    int index = last instanceof Mem memory ? memory.indexHigh() : 0;
    int base = baseHigh(last);
    int tail = ((~first & 15) << 3) | (encoding.bits == 256 ? 4 : 0) | encoding.prefix;
    int notR = (1 - (reg >> 3)) << 7;
    if (encoding.map == 1 && encoding.wide == 0 && index == 0 && base == 0) {
      put(0xC5, notR | tail);
    } else {
      put(0xC4, notR | ((1 - index) << 6) | ((1 - base) << 5) | encoding.map, (encoding.wide << 7) | tail);
    }
  }

  /** The prefix of AVX-512, without a mask. */
  private void evex(Encoding encoding, int reg, int first, Operand last) {
    int index =
        switch (last) {
          case Vec vector -> vector.highest();
          case Mem memory -> memory.indexHigh();
          case Literal _ -> 0;
        };
    int high = ((reg >> 3 & 1) << 3) | (index << 2) | (baseHigh(last) << 1) | reg >> 4;
    put(
        0x62,
        ((~high & 15) << 4) | encoding.map,
        (encoding.wide << 7) | ((~first & 15) << 3) | 4 | encoding.prefix,
        0x40 | ((~first >> 4 & 1) << 3));
  }

  /** Bit 3 of the number of an operand's register, or of the register that its address begins with. */
  private static int baseHigh(Operand operand) {
    return switch (operand) {
      case Vec vector -> vector.high();
      case Mem memory -> memory.base().high();
      case Literal _ -> 0;
    };
  }

  // ---- memory

  /**
   * The ModRM byte and what follows it, with {@code following} bytes of the instruction to come.
   *
   * @param unit in which a displacement of one byte is counted
   */
  private void operand(int reg, Operand operand, int following, int unit) {
    int middle = (reg & 7) << 3;
    switch (operand) {
      case Vec vector -> put(0xC0 | middle | vector.low());
      case Literal literal -> literal(middle, doubles ? literal.doubled() : literal, following);
      case Mem memory -> memory(middle, memory, unit);
    }
  }

  private void literal(int middle, Literal literal, int following) {
    put(middle | RIP_RELATIVE);
    literals.add(new Reference(code.position(), code.position() + Integer.BYTES + following, literal));
    code.putInt(0);
  }

  private void memory(int middle, Mem memory) {
    memory(middle, memory, 1);
  }

  /** @param unit in which a displacement of one byte is counted */
  private void memory(int middle, Mem memory, int unit) {
    int base = memory.base().low();
    int displacement = memory.displacement();
    int units = displacement / unit;
    boolean isByte = displacement % unit == 0 && units == (byte) units;
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
      case 0x40 -> put(units);
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
