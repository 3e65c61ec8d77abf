// Numbers for axes and sliders. Figures that count are never made here: they come from the core as text.

const UNITS = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]];

/** 1.2M, 950, 0.04: for the ticks of an axis. */
export function short(value) {
  const [size, unit] = UNITS.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  return `${Number((value / size).toPrecision(3))}${unit}`;
}

export const shortUsd = (value) => `$${short(value)}`;

const STEPS = 1000;

/** A slider that moves by orders of magnitude, from 0 (where `zero`) or 1 to `most`. */
export function logSlider(most, zero) {
  const top = Math.log10(most);
  return {
    min: 0,
    max: STEPS,
    at: (text) => (Number(text) < 1 ? 0 : Math.round((Math.log10(Math.min(Number(text), most)) / top) * STEPS)),
    text: (step) => {
      if (zero && step <= 0) return "0";
      const value = 10 ** ((step / STEPS) * top);
      const digit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 2);
      return String(Math.round(value / digit) * digit);
    },
  };
}

export const shareSlider = { min: 0, max: 100, at: (text) => Math.round(Number(text)), text: String };

const STOPS = ["100ms", "1s", "5s", "1m", "15m", "1h", "6h", "12h", "24h", "36h", "48h", "72h", "7d", "14d", "30d"];
const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400, w: 604800 };
/** Seconds of a time such as 24h, to draw with. */
export const secondsOf = (text) => {
  const found = /^([\d.]+)(ms|s|m|h|d|w)$/.exec(text ?? "");
  return found ? Number(found[1]) * SECONDS[found[2]] : null;
};

/** A slider over common waits. */
export const waitSlider = {
  min: 0,
  max: STOPS.length - 1,
  at: (text) => {
    const wanted = secondsOf(text);
    const found = STOPS.findIndex((stop) => secondsOf(stop) >= wanted);
    return found < 0 ? STOPS.length - 1 : found;
  },
  text: (step) => STOPS[step],
};

/** A rough time in words, for axes: 45 s, 20 min, 36 h, 8 d. */
export function roughTime(seconds) {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds <= 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

/** Digits in groups of three. */
export const grouped = (digits) => {
  const [whole, part] = String(digits).split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
};
