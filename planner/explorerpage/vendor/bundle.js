export { axisBottom, axisLeft } from "d3-axis";
export { scaleLinear, scaleLog, scalePoint } from "d3-scale";
export { select } from "d3-selection";
export { area, curveStepAfter, line } from "d3-shape";
