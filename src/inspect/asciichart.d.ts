// asciichart ships no types: what we use of it.
declare module 'asciichart' {
  interface PlotOptions {
    /** Rows of the chart, less one. */
    readonly height?: number;
    readonly min?: number;
    readonly max?: number;
    /** Escape sequences, one a series. */
    readonly colors?: readonly string[];
  }
  interface Asciichart {
    plot(series: readonly (readonly number[])[], options?: PlotOptions): string;
    readonly green: string;
    readonly blue: string;
    readonly magenta: string;
    readonly yellow: string;
    readonly cyan: string;
    readonly red: string;
  }
  const asciichart: Asciichart;
  export default asciichart;
}
