/**
 * Prints an exact plain decimal string at its currency's places: zeros are added up to them, zeros beyond them are
 * dropped, and a digit beyond them that is not zero is kept, so that nothing is ever rounded. Without places (a currency
 * that is not known), zeros at the end are dropped and none are added.
 */
export const formatMoney = (decimal: string, places = 0): string => {
  const point = decimal.indexOf(".")
  if (point === -1) return places === 0 ? decimal : `${decimal}.${"0".repeat(places)}`
  let end = decimal.length
  while (end > point + 1 + places && decimal[end - 1] === "0") end--
  const kept = decimal.slice(0, end).padEnd(point + 1 + places, "0")
  return kept.length === point + 1 ? kept.slice(0, point) : kept
}
