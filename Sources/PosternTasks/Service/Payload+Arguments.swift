import Postern

/// Arguments of a call that are an argument of another call: an array or an object.
extension Payload {
    /// No arguments.
    static let noArguments = Payload(bytes: [null], codec: MessagePack.self)

    /// The value of a parameter as the arguments of a call.
    ///
    /// - Throws: `CallError` with `.invalidParameters` for what is neither an array nor an object.
    func asArguments(_ parameter: String) throws(CallError) -> Payload {
        let kind: PayloadKind
        do throws(PayloadError) { kind = try codec.kind(of: bytes.span) } catch { throw CallError(error) }
        guard [.array, .map, .null].contains(kind) else {
            let message = "Parameter \(parameter): expected an array or an object, found \(kind.phrase)"
            throw CallError(.invalidParameters, message, executed: .no)
        }
        // MessagePack writes arguments as two values, the positional and the named ones.
        guard codec == MessagePack.self || codec == MessagePackFromJSON.self else { return self }
        var arguments = self
        arguments.bytes.insert(null, at: kind == .map ? 0 : bytes.count)
        return arguments
    }
}

/// Nil, as MessagePack writes it.
private let null: UInt8 = 0xc0
