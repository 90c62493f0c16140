/** Fields that frame a message and end at the next hop (RFC 9110 §7.6.1): a rule that set them would break the connection and not the application. */
export const FRAMING_FIELDS: readonly string[] = [
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** Fields that say something about the body (RFC 9110 §8, RFC 9530): they do not hold once it was replaced. */
export const BODY_FIELDS: readonly string[] = [
  'content-length',
  'transfer-encoding',
  'trailer',
  'content-encoding',
  'content-range',
  'content-md5',
  'digest',
  'content-digest',
  'repr-digest',
]
