// What the translated core stands on: Python's exact numbers, dictionaries and built-ins. No rule, rate or formula is here.

const ten = (places) => 10n ** BigInt(places);
const abs = (n) => (n < 0n ? -n : n);
const gcd = (a, b) => {
  while (b) [a, b] = [b, a % b];
  return abs(a);
};
const floorOf = (n, d) => (n >= 0n || n % d === 0n ? n / d : n / d - 1n);
/** n / d to the nearest whole number, half to even; d is positive. */
const rounded = (n, d) => {
  const low = floorOf(n, d);
  const twice = 2n * (n - low * d);
  return twice > d || (twice === d && low % 2n !== 0n) ? low + 1n : low;
};

/** An int or a Fraction, in lowest terms. */
export class Exact {
  constructor(n, d) {
    this.n = n;
    this.d = d;
  }
  get numerator() {
    return new Exact(this.n, 1n);
  }
  get denominator() {
    return new Exact(this.d, 1n);
  }
  as_integer_ratio() {
    const low = ratio(this.n, this.d);
    return [low.numerator, low.denominator];
  }
}

/** A Decimal: n over ten to the number of its places, which it keeps. */
export class Dec extends Exact {
  constructor(n, places) {
    super(n, places ? ten(places) : 1n);
    this.places = places;
  }
  quantize(unit, { rounding } = {}) {
    const n = this.n * ten(unit.places);
    return new Dec(rounding === "up" ? -floorOf(-n, this.d) : rounded(n, this.d), unit.places);
  }
}

export class Day {
  constructor(text) {
    this.text = text;
    this.number = Math.round(Date.parse(`${text}T00:00:00Z`) / 86400000);
  }
  isoformat() {
    return this.text;
  }
}

const ratio = (n, d) => {
  if (d === 1n) return new Exact(n, 1n);
  if (d < 0n) [n, d] = [-n, -d];
  const common = gcd(n, d);
  return common === 1n ? new Exact(n, d) : new Exact(n / common, d / common);
};
export const int = (n) => new Exact(BigInt(n), 1n);

/** A dictionary whose keys are compared by value. */
export class Dict {
  constructor(pairs = []) {
    this.map = new Map();
    for (const [key, value] of pairs) this.set(key, value);
  }
  set(key, value) {
    this.map.set(mark(key), [key, value]);
    return value;
  }
  get(key) {
    const found = this.map.get(mark(key));
    if (found) return found[1];
    if (this.__missing__) return this.__missing__(key);
    throw new Error(`no key ${mark(key)}`);
  }
  keys() {
    return [...this.map.values()].map(([key]) => key);
  }
}

const mark = (key) => {
  if (typeof key === "string") return key;
  if (key instanceof Exact) return `#${key.n}/${key.d}`;
  if (key instanceof Day) return `@${key.text}`;
  if (Array.isArray(key)) return `[${key.map(mark).join("\u0000")}]`;
  return `?${String(key)}`;
};
/** A named tuple. */
export class Record {
  *[Symbol.iterator]() {
    for (const name of this.constructor.fields) yield this[name];
  }
}

const isPlain = (x) => x !== null && typeof x === "object" && Object.getPrototypeOf(x) === Object.prototype;
const fieldsOf = (x) => x.constructor.fields.map((name) => x[name]);

export const iter = (x) => {
  if (Array.isArray(x)) return x;
  if (x instanceof Dict) return x.keys();
  if (typeof x === "string") return [...x];
  if (isPlain(x)) return Object.keys(x);
  return typeof x[Symbol.iterator] === "function" ? [...x] : fieldsOf(x);
};
export const items = (x) => (x instanceof Dict ? [...x.map.values()] : Object.entries(x));
export const values = (x) => items(x).map(([, value]) => value);
export const keys = (x) => iter(x);
export const dict = (x, more = {}) =>
  new Dict([...(Array.isArray(x) ? x : items(x ?? {})), ...Object.entries(more)]);
export const fromkeys = (x, value = null) => new Dict(iter(x).map((key) => [key, value]));

export const truth = (x) => {
  if (x == null || x === false || x === "") return false;
  if (x instanceof Exact) return x.n !== 0n;
  if (Array.isArray(x)) return x.length > 0;
  if (x instanceof Dict) return x.map.size > 0;
  return isPlain(x) ? Object.keys(x).length > 0 : true;
};
export const or = (x, other) => (truth(x) ? x : other());
export const and = (x, other) => (truth(x) ? other() : x);

/** A place in a list: a number of the core, or one that JSON had. */
const place = (key) => {
  const found = typeof key === "number" ? key : Number(key.n);
  if (!Number.isInteger(found)) throw new Error(`no place ${mark(key)}`);
  return found;
};
export const at = (x, key) => {
  if (x instanceof Dict) return x.get(key);
  if (Array.isArray(x) || typeof x === "string") return x.at(place(key));
  if (isPlain(x)) {
    if (!Object.hasOwn(x, key)) throw new Error(`no key ${key}`);
    return x[key];
  }
  return fieldsOf(x).at(place(key));
};
export const getter = (x) => (key) => at(x, key);
export const put = (x, key, value) => {
  if (x instanceof Dict) x.set(key, value);
  else x[key.n === undefined ? key : Number(key.n)] = value;
  return value;
};
export const get = (x, key, other = null) => (has(x, key) ? at(x, key) : other);
export const pop = (x, key) => x.map.delete(mark(key));
export const setdefault = (x, key, value) => (has(x, key) ? at(x, key) : x.set(key, value));
export const has = (x, key) => {
  if (x instanceof Dict) return x.map.has(mark(key));
  if (typeof x === "string") return x.includes(key);
  return isPlain(x) ? Object.hasOwn(x, key) : iter(x).some((one) => eq(one, key));
};
export const slice = (x, from, to) =>
  (x instanceof Record ? [...x] : x).slice(from == null ? undefined : Number(from.n), to == null ? undefined : Number(to.n));
export const adjoin = (x, value) => has(x, value) || x.push(value);
export const append = (x, value) => void x.push(value);
export const replace = (x, changed) => Object.assign(Object.create(Object.getPrototypeOf(x)), x, changed);

const compare = (a, b) => {
  if (a instanceof Exact) {
    const [x, y] = a.d === b.d ? [a.n, b.n] : [a.n * b.d, b.n * a.d];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (a instanceof Day) return a.number - b.number;
  if (Array.isArray(a)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const order = compare(a[i], b[i]);
      if (order) return order;
    }
    return a.length - b.length;
  }
  return a < b ? -1 : a > b ? 1 : 0;
};
export const lt = (a, b) => compare(a, b) < 0;
export const le = (a, b) => compare(a, b) <= 0;
export const gt = (a, b) => compare(a, b) > 0;
export const ge = (a, b) => compare(a, b) >= 0;
export const eq = (a, b) => {
  if (a === b) return true;
  if (a == null || b == null || typeof a !== typeof b) return false;
  if (a instanceof Exact) return b instanceof Exact && compare(a, b) === 0;
  if (a instanceof Day) return b instanceof Day && a.number === b.number;
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, i) => eq(one, b[i]));
};
export const ne = (a, b) => !eq(a, b);

const places = (a, b) => (a instanceof Dec && b instanceof Dec ? Math.max(a.places, b.places) : null);
export const add = (a, b) => {
  if (typeof a === "string") return a + b;
  if (typeof b === "boolean") return add(a, int(b));
  if (typeof a === "boolean") return add(int(a), b);
  if (Array.isArray(a)) return [...a, ...b];
  if (a instanceof Dec && b instanceof Dec) {
    const most = places(a, b);
    return new Dec(a.n * ten(most - a.places) + b.n * ten(most - b.places), most);
  }
  return a.d === 1n && b.d === 1n ? new Exact(a.n + b.n, 1n) : ratio(a.n * b.d + b.n * a.d, a.d * b.d);
};
export const neg = (a) => (a instanceof Dec ? new Dec(-a.n, a.places) : new Exact(-a.n, a.d));
export const sub = (a, b) => (a instanceof Day ? { days: int(a.number - b.number) } : add(a, neg(b)));
export const mul = (a, b) =>
  a instanceof Dec && b instanceof Dec ? new Dec(a.n * b.n, a.places + b.places) : ratio(a.n * b.n, a.d * b.d);
export const div = (a, b) => ratio(a.n * b.d, a.d * b.n);
export const floordiv = (a, b) => {
  const q = ratio(a.n * b.d, a.d * b.n);
  return new Exact(floorOf(q.n, q.d), 1n);
};
export const mod = (a, b) => sub(a, mul(b, floordiv(a, b)));
export const divmod = (a, b) => [floordiv(a, b), mod(a, b)];
export const ceil = (a) => new Exact(-floorOf(-a.n, a.d), 1n);
export const truncated = (a) => (a instanceof Exact ? new Exact(a.n / a.d, 1n) : int(a));
/** What two equal dictionaries share. */
export const id = (x) => items(x).map(mark).join();
export const floor = (a) => new Exact(floorOf(a.n, a.d), 1n);
export const round = (a, digits) => ratio(rounded(a.n * ten(digits.n), a.d), ten(digits.n));
export const absolute = (a) => (a.n < 0n ? neg(a) : a);

export const Decimal = (x) => {
  if (x instanceof Dec) return x;
  if (x instanceof Exact) return new Dec(x.n, 0);
  const [whole, part = ""] = String(x).split(".");
  return new Dec(BigInt(whole + part), part.length);
};
export const Fraction = (a, b) => {
  if (b) return ratio(a.n * b.d, a.d * b.n);
  if (a instanceof Exact) return ratio(a.n, a.d);
  const [n, d] = a.split("/");
  if (d) return ratio(BigInt(n), BigInt(d));
  const stated = Decimal(n);
  return ratio(stated.n, stated.d);
};
export const WIDE = { plus: (a) => a, add, subtract: sub, multiply: mul, scaleb: (a, by) => new Dec(a.n, -Number(by.n)) };

export const isInt = (x) => x instanceof Exact && !(x instanceof Dec) && x.d === 1n;
export const isDecimal = (x) => x instanceof Dec;
export const isBool = (x) => typeof x === "boolean";
export const isStr = (x) => typeof x === "string";
export const isTuple = (x) => Array.isArray(x);
export const isDict = (x) => x instanceof Dict || isPlain(x);

export const text = (x) => {
  if (x == null) return "None";
  if (typeof x === "boolean") return x ? "True" : "False";
  if (x instanceof Day) return x.text;
  if (!(x instanceof Exact)) return String(x);
  if (!(x instanceof Dec)) return x.d === 1n ? String(x.n) : `${x.n}/${x.d}`;
  if (!x.places) return String(x.n);
  const digits = String(abs(x.n)).padStart(x.places + 1, "0");
  return `${x.n < 0n ? "-" : ""}${digits.slice(0, -x.places)}.${digits.slice(-x.places)}`;
};
export const format = (x, spec) => {
  if (spec !== ",") return text(x);
  const [whole, part] = text(x).split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part === undefined ? "" : `.${part}`);
};
export const str = text;

export const len = (x) => int(x instanceof Dict ? x.map.size : iter(x).length);
export const list = (x) => [...iter(x)];
export const tuple = list;
export const set = (x) => dict(iter(x).map((one) => [one, one])).keys();
export const range = (...bounds) => {
  const [from, to, step] = bounds.length > 1 ? bounds.map((b) => Number(b.n)) : [0, Number(bounds[0].n)];
  const found = [];
  for (let i = from; i < to; i += step ?? 1) found.push(int(i));
  return found;
};
export const zip = (...lists) => iter(lists[0]).map((_, i) => lists.map((one) => iter(one)[i]));
export const any = (x) => iter(x).some(truth);
export const all = (x) => iter(x).every(truth);
export const next = (x, ...other) => {
  const found = iter(x);
  if (!found.length && !other.length) throw new Error("nothing there");
  return found.length ? found[0] : other[0];
};
export const sum = (x) => iter(x).reduce(add, int(0));
const extreme = (wins) => (args, { key = (x) => x, default: other } = {}) => {
  const found = args.length > 1 ? args : iter(args[0]);
  if (!found.length) return other;
  return found.reduce((best, one) => (wins(key(one), key(best)) ? one : best));
};
export const max = extreme(gt);
export const min = extreme(lt);
export const sorted = (x, { key = (one) => one } = {}) => [...iter(x)].sort((a, b) => compare(key(a), key(b)));
export const partial = (f, ...first) => (...rest) => f(...first, ...rest);

export const lower = (x) => x.toLowerCase();
export const join = (by, x) => iter(x).join(by);
export const split = (x, by) => x.split(by);
export const partition = (x, by) => {
  const where = x.indexOf(by);
  return where < 0 ? [x, "", ""] : [x.slice(0, where), by, x.slice(where + by.length)];
};
export const rstrip = (x, signs) => {
  let end = x.length;
  while (end && signs.includes(x[end - 1])) end--;
  return x.slice(0, end);
};
export const pattern = (source) => new RegExp(`^(?:${source})$`);
export const fullmatch = (shape, x) => shape.exec(x);
