/// Messages between functions of one process: references in them are what they lead to.
enum HomeReferences {
    /// Encodes a payload; one that holds references once more, with a place for them.
    static func encoding(_ encode: () throws(PayloadError) -> Payload) throws(PayloadError) -> Payload {
        let error: PayloadError
        do throws(PayloadError) { return try encode() } catch let fault { error = fault }
        guard error.reason == .noConnection else { throw error }
        let references = SentReferences(to: nil)
        var payload = try references.collecting(encode)
        payload.references = .received(references.atHome)
        return payload
    }
}
