/// The decoder that a probe passes to a type: it has no input, answers with samples and records what is read.
struct ProbeDecoder: Decoder, SingleValueDecodingContainer {
    let run: ProbeRun
    let trace: ProbeTrace
    var codingPath: [any CodingKey] = []

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try note(.members)
        return KeyedDecodingContainer(ProbeMembers(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try note(.elements)
        return ProbeElements(decoder: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool {
        trace.isNullAsked = true
        return trace.isMinimal || isNull
    }

    func decode<Content: Decodable>(_ type: Content.Type) throws -> Content {
        try note(.value(SchemaNode.of(type)))
        if isNull {
            // Only an optional type accepts null by itself.
            guard let nothing = (type as? any ExpressibleByNilLiteral.Type)?.init(nilLiteral: ()) as? Content else {
                throw mismatch("null")
            }
            return nothing
        }
        return try run.sample(of: type)
    }

    private var isNull: Bool { run.plan.null == trace.path && !trace.isMinimal }

    /// Returns the decoder of a value within this one.
    func inside(_ trace: ProbeTrace, _ key: any CodingKey) -> ProbeDecoder {
        ProbeDecoder(run: run, trace: trace, codingPath: codingPath + [key])
    }

    /// Records a way of reading this place; throws if the plan refuses it.
    private func note(_ access: ProbeTrace.Access) throws {
        try run.step()
        if !trace.isMinimal, let refused = run.plan.refused, refused.path == trace.path,
            refused.accesses.contains(access)
        {
            throw mismatch("another value")
        }
        trace.note(access)
        if isNull, access == .members || access == .elements { throw mismatch("null") }
    }

    private func mismatch(_ found: String) -> DecodingError {
        .typeMismatch(Any.self, DecodingError.Context(codingPath: codingPath, debugDescription: "found \(found)"))
    }
}
