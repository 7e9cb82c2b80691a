/**
 * SQL for the id of an exception, which the same break keeps night after night: no amount and no date is in it. A letter
 * goes before the digits, because a spreadsheet would take some of them for a number. The parts are columns or literals.
 */
export const exceptionId = (code: string): string =>
  `'x' || left(sha256(CAST(json_array(${code}, stream, record_id, leg) AS VARCHAR)), 16)`
