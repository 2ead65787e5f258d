/// The name and the parameters of a method.
///
/// A class, so that the closure of a method captures one word.
@usableFromInline
final class Signature: Sendable {
    /// The path in error messages: names joined by `.`.
    let method: String
    @usableFromInline let list: ParameterList
    @usableFromInline let descriptions: [RegisteredMethod.Content.Argument]

    /// Creates the signature of a method with a name in the service with a path.
    @usableFromInline
    init(_ service: String, _ name: String, _ descriptions: [RegisteredMethod.Content.Argument]) {
        let names = descriptions.map(\.name)
        // Programming errors, which stop the program at the registration rather than at the first call.
        precondition(names.count <= ArgumentRanges.maximumCount, "A method takes at most 8 parameters: \(names)")
        precondition(Set(names).count == names.count, "Two parameters have the same name: \(names)")
        method = MethodPath.shown(service.isEmpty ? name : "\(service)/\(name)")
        self.descriptions = descriptions
        list = ParameterList(names)
    }

    /// Locates the arguments of a call; inlinable, so that the ranges are written to the caller's frame without a copy.
    @inlinable
    func locate(
        _ arguments: Span<UInt8>,
        _ codec: any PayloadCodec.Type
    ) throws(CallError) -> ArgumentRanges {
        do throws(PayloadError) {
            return try codec.locateArguments(arguments, for: list)
        } catch {
            throw fault(error)
        }
    }

    @usableFromInline
    func fault(_ error: PayloadError) -> CallError { CallError(ofArguments: error, for: method) }
}

extension CallError {
    /// Creates the error for arguments that could not be located.
    ///
    /// - Parameters:
    ///   - error: The error, whose message lacks a subject if its reason is `.unexpectedArgument`.
    ///   - method: The path of the method, names joined by `.`.
    package init(ofArguments error: PayloadError, for method: String) {
        let separator = error.reason == .unexpectedArgument ? " " : ": "
        self.init(PayloadError(error.reason, method + separator + error.message))
    }
}

extension Signature {
    /// Decodes all arguments of a call.
    ///
    /// Not inlined into the handler's closure: the local variables would enlarge the asynchronous frame of each call.
    @usableFromInline
    @inline(never)
    func arguments<each Argument: Decodable & Sendable>(
        of call: Call,
        _ sources: repeat ArgumentSource<each Argument>
    ) throws(CallError) -> (repeat each Argument) {
        let ranges = try locate(call.arguments.bytes.span, call.arguments.codec)
        var index = 0
        do {
            return (repeat try (each sources).take(&index, ranges, call.arguments))
        } catch {
            throw CallError(ofArguments: error)
        }
    }
}
