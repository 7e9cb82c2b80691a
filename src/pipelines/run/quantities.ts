const numbers = new Intl.NumberFormat("en-US")

/** `14,403` */
export const count = (value: number): string => numbers.format(value)

/** A plain decimal with its whole units in groups: `1,250.50`. Digits alone are moved, so that none is lost. */
export const grouped = (decimal: string): string => {
  const [whole = "", fraction] = decimal.split(".")
  const parted = whole.replace(/\B(?=(\d{3})+$)/g, ",")
  return fraction === undefined ? parted : `${parted}.${fraction}`
}

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`

/** `12 s`, `3 min 5 s` */
export const duration = (millis: number): string => {
  const whole = Math.round(millis / 1000)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

const byteUnits = ["bytes", "kB", "MB", "GB", "TB"] as const

/** `812 bytes`, `1.2 MB`; a kB is 1,000 bytes. */
export const byteSize = (bytes: number): string => {
  const unit = Math.min(byteUnits.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return unit === 0 ? plural(bytes, "byte") : `${(bytes / 1000 ** unit).toFixed(1)} ${byteUnits[unit]}`
}
