import Postern

/// Conversions between a value and the arguments of a call.
extension Payload {
    /// No arguments.
    static let noArguments = Payload(bytes: [null], codec: MessagePack.self)

    /// Returns the value of a parameter as the arguments of a call.
    ///
    /// - Parameter parameter: The name of the parameter, for the error message.
    /// - Returns: The arguments, positional for an array and named for an object.
    /// - Throws: `CallError` with `.invalidParameters` when the value is neither an array nor an object.
    func asArguments(_ parameter: String) throws(CallError) -> Payload {
        let kind: PayloadKind
        do throws(PayloadError) { kind = try codec.kind(of: bytes.span) } catch { throw CallError(error) }
        guard [.array, .map, .null].contains(kind) else {
            let message = "Parameter \(parameter): expected an array or an object, found \(kind.phrase)"
            throw CallError(.invalidParameters, message, executed: .no)
        }
        // MessagePack has arguments as two values, first the positional and then the named ones: the missing one is
        // nil.
        guard codec == MessagePack.self || codec == MessagePackFromJSON.self else { return self }
        var arguments = self
        arguments.bytes.insert(null, at: kind == .map ? 0 : bytes.count)
        return arguments
    }
}

/// The MessagePack encoding of nil.
private let null: UInt8 = 0xc0
