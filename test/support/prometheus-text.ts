/** A sample as the text format of Prometheus has it. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*"
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/
const HELP = new RegExp(`^# HELP (${NAME}) ((?:[^\\\\\\n]|\\\\[\\\\n])*)$`)
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`)
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? ([+-]?(?:\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?|Inf)|NaN)$`)

const labelsOf = (text: string): Readonly<Record<string, string>> => {
  const labels: Record<string, string> = {}
  let rest = text
  while (rest !== "") {
    const [whole, name, value] = LABEL.exec(rest) ?? []
    if (whole === undefined || name === undefined || value === undefined) throw new Error(`no label: ${rest}`)
    if (name in labels) throw new Error(`label ${name} twice`)
    labels[name] = value
    rest = rest.slice(whole.length)
  }
  return labels
}

/**
 * Reads the text format strictly: every metric has its HELP and its TYPE before its samples and once, its samples stand together and
 * differ in their labels, and the last line ends like the others. Throws where a line is anything else.
 */
export const readPrometheusText = (text: string): ReadonlyArray<Sample> => {
  if (!text.endsWith("\n")) throw new Error("the last line does not end")
  const samples: Array<Sample> = []
  const done = new Set<string>()
  let current = { name: "", isTyped: false }
  for (const line of text.slice(0, -1).split("\n")) {
    const [, helped] = HELP.exec(line) ?? []
    const [, typed] = TYPE.exec(line) ?? []
    if (helped !== undefined) {
      if (done.has(helped)) throw new Error(`${helped} stands in two places`)
      done.add(helped)
      current = { name: helped, isTyped: false }
    } else if (typed !== undefined) {
      if (typed !== current.name || current.isTyped) throw new Error(`TYPE of ${typed} is out of place`)
      current = { ...current, isTyped: true }
    } else {
      const [, name, labels = "", value] = SAMPLE.exec(line) ?? []
      if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`)
      if (name !== current.name || !current.isTyped) throw new Error(`${name} stands apart from its TYPE`)
      const sample = { name, labels: labelsOf(labels), value: Number(value.replace("Inf", "Infinity")) }
      const key = JSON.stringify([name, sample.labels])
      if (samples.some((other) => JSON.stringify([other.name, other.labels]) === key)) throw new Error(`${key} twice`)
      samples.push(sample)
    }
  }
  return samples
}
