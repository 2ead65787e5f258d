/// JSON text (RFC 8259) as the encoding of payloads.
public enum JSON {}
