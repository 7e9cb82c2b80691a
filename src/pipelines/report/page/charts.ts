import { scaleBand, scaleLinear } from "d3-scale"
import { severities } from "../../configuration/file.ts"
import { count, grouped } from "../../run/quantities.ts"
import { type Html, html, nothing } from "./html.ts"

/** What a chart must have besides its marks: a title, and in words what it shows to those who do not see it. */
interface Told {
  /** Its elements' ids begin so; unique on the page. */
  readonly id: string
  readonly title: string
  readonly description: string
}

const svg = ({ description, id, title }: Told, width: number, height: number, marks: ReadonlyArray<Html>): Html =>
  html`<svg class="chart" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>
${marks}</svg>`

export interface Series {
  /** The style class of its marks. */
  readonly kind: string
  readonly name: string
}

export interface StackedBar {
  readonly label: string
  /** One count for each of the series. */
  readonly values: ReadonlyArray<number>
}

export const severitySeries: ReadonlyArray<Series> = severities.map((severity) => ({ kind: severity, name: severity }))

const legend = (series: ReadonlyArray<Series>, bars: ReadonlyArray<StackedBar>, left: number): ReadonlyArray<Html> => {
  let x = left
  return series
    .filter((_, place) => bars.some(({ values }) => (values[place] ?? 0) > 0))
    .map(({ kind, name }) => {
      const mark = html`<rect class="${kind}" x="${x}" y="2" width="10" height="10"/><text x="${x + 14}" y="11">${name}</text>`
      x += 30 + name.length * 8
      return mark
    })
}

/** Counts as bars side by side in time or order, each parted by series. */
export const stackedBars = (told: Told, series: ReadonlyArray<Series>, bars: ReadonlyArray<StackedBar>): Html => {
  const [width, height, left, top, bottom] = [720, 210, 56, 26, 24]
  const sums = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0))
  if (sums.every((sum) => sum === 0)) return nothing
  const y = scaleLinear([0, Math.max(...sums)], [height - bottom, top]).nice(4)
  // So few bars as three stand as wide as ten would, at the left.
  const slots = Array.from({ length: Math.max(10, bars.length) }, (_, place) => place)
  const x = scaleBand(slots, [left, width]).padding(0.25)
  const every = Math.ceil(bars.length / 10)
  const marks = bars.map(({ label, values }, place) => {
    let below = 0
    const at = x(place) ?? 0
    const rects = values.map((value, nth) => {
      const from = below
      below += value
      const name = series[nth]
      return value === 0 || name === undefined
        ? nothing
        : html`<rect class="${name.kind}" x="${round(at)}" y="${round(y(below))}" width="${round(x.bandwidth())}" height="${round(y(from) - y(below))}"><title>${label}: ${count(value)} ${name.name}</title></rect>`
    })
    const middle = round(at + x.bandwidth() / 2)
    const caption =
      place % every === 0 ? html`<text class="middle" x="${middle}" y="${height - 8}">${label}</text>` : nothing
    const sum =
      bars.length <= 10
        ? html`<text class="middle sum" x="${middle}" y="${round(y(below)) - 4}">${count(below)}</text>`
        : nothing
    return html`${rects}${caption}${sum}`
  })
  const ticks = y
    .ticks(4)
    .filter(Number.isInteger)
    .map(
      (tick) =>
        html`<line class="grid" x1="${left}" x2="${width}" y1="${round(y(tick))}" y2="${round(y(tick))}"/><text class="end" x="${left - 6}" y="${round(y(tick)) + 4}">${count(tick)}</text>`,
    )
  return svg(told, width, height, [...ticks, ...legend(series, bars, left), ...marks])
}

export interface WaterfallStep {
  readonly label: string
  /** A plain decimal, printed with every digit that it has. */
  readonly amount: string
  /** A balance stands on zero; a movement begins where the step before it ended. */
  readonly isBalance: boolean
}

/**
 * How a balance came about, from top to bottom. Only the lengths of the bars go through a JavaScript number; what is
 * printed beside them is the exact amount.
 */
export const waterfall = (told: Told, steps: ReadonlyArray<WaterfallStep>): Html => {
  const [rowHeight, labelWidth, barWidth] = [20, 118, 180]
  const amountWidth = 12 + 7.5 * Math.max(...steps.map(({ amount }) => grouped(amount).length))
  let level = 0
  const spans = steps.map(({ amount, isBalance }) => {
    const from = isBalance ? 0 : level
    level = from + Number(amount)
    return { from, to: level }
  })
  const ends = spans.map(({ to }) => to)
  const [least, most] = [Math.min(...ends), Math.max(...ends)]
  // Movements that are small beside the balance would be lines without length on a scale that begins at zero.
  const isCut = least > 0 && most > least && most - least < most / 2
  const domain = isCut ? [least - (most - least) / 3, most] : [Math.min(0, least), Math.max(0, most)]
  const x = scaleLinear(domain, [labelWidth, labelWidth + barWidth]).clamp(true)
  const width = Math.ceil(labelWidth + barWidth + amountWidth)
  const marks = steps.map(({ amount, isBalance, label }, row) => {
    const { from, to } = spans[row] ?? { from: 0, to: 0 }
    const kind = isBalance ? "balance" : to < from ? "out" : "in"
    const [start, end] = [Math.min(x(from), x(to)), Math.max(x(from), x(to))]
    const y = row * rowHeight
    return html`<text class="end" x="${labelWidth - 8}" y="${y + 14}">${label}</text><rect class="${kind}" x="${round(start)}" y="${y + 3}" width="${round(Math.max(1, end - start))}" height="${rowHeight - 6}"/><text class="end mono" x="${width}" y="${y + 14}">${grouped(amount)}</text>`
  })
  const bottom = steps.length * rowHeight
  const foot = isCut ? html`<text x="${labelWidth}" y="${bottom + 14}">the scale does not begin at 0</text>` : nothing
  const zero = html`<line class="axis" x1="${round(x(0))}" x2="${round(x(0))}" y1="0" y2="${bottom}"/>`
  return svg(told, width, bottom + (isCut ? 20 : 0), [zero, ...marks, foot])
}

const round = (value: number): number => Math.round(value * 10) / 10
