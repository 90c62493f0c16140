/** Why a word is not the name of a systemd unit (systemd.unit(5)), or could be read as an option; undefined when it is one. */
export function refuseUnit(unit: string | undefined): string | undefined {
  if (unit === undefined || /^[A-Za-z0-9][A-Za-z0-9:_.@\\-]{0,255}$/.test(unit)) return undefined
  return `${JSON.stringify(unit)} is not the name of a unit`
}

/** Why a word is not the name of an interface (15 bytes, no slash, no space). */
export function refuseDevice(device: string | undefined): string | undefined {
  if (device === undefined || /^(?!\.\.?$)[A-Za-z0-9_.][A-Za-z0-9_.@:-]{0,14}$/.test(device)) return undefined
  return `${JSON.stringify(device)} is not the name of an interface`
}
