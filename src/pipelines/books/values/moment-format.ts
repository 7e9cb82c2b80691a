/** What a format must say, for nothing is to be made up: strptime takes January, the first, midnight, or the morning. */
const formatParts: ReadonlyArray<{
  readonly of: "date" | "dateTime" | null
  readonly says: RegExp
  readonly lacks: string
}> = [
  { of: null, says: /%(-?y|Y|G|c|x)/, lacks: "no year (%Y, or %y for one of two digits)" },
  { of: null, says: /%(-?m|b|B).*%-?d|%-?d.*%(-?m|b|B)|%(-?j|c|x)|%V.*%u/, lacks: "no day (%d) of a month (%m)" },
  { of: "dateTime", says: /%(-?H|-?I|c|X)/, lacks: "no hour (%H); name the column as date, where it says whole days" },
  { of: null, says: /^(?!.*%-?I)|%p/, lacks: "hours of twelve (%I) and no %p, which says whether it is morning" },
]

/** What a format leaves out that no file must have made up for it; null where it says all. */
export const lackingPart = (key: "date" | "dateTime", format: string | undefined): string | null =>
  format === undefined
    ? null
    : (formatParts.find(({ of, says }) => (of === null || of === key) && !says.test(format.replaceAll("%%", "")))
        ?.lacks ?? null)
