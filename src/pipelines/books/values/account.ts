const iban = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/

/** An account as every format names it: an IBAN without blanks and in capitals, any other number as it is. */
export const accountName = (text: string): string => {
  const close = text.replace(/\s/g, "").toUpperCase()
  return iban.test(close) ? close : text.trim()
}
