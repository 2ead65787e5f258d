/// What all calls of one method have in common: its name, which arguments there are, and how they are described.
///
/// A class, so that what a method captures of it is one word.
@usableFromInline
final class Signature: Sendable {
    /// The method in texts of errors, names joined by `.`.
    let method: String
    @usableFromInline let list: ParameterList
    @usableFromInline let descriptions: [ParameterDescription]

    /// Describes the method of a name in the service at a path.
    @usableFromInline
    init(_ service: String, _ name: String, _ descriptions: [ParameterDescription]) {
        let names = descriptions.map(\.name)
        precondition(names.count <= ArgumentRanges.maximumCount, "A method takes at most 8 parameters: \(names)")
        precondition(Set(names).count == names.count, "Two parameters have the same name: \(names)")
        method = MethodPath.shown(service.isEmpty ? name : "\(service)/\(name)")
        self.descriptions = descriptions
        list = ParameterList(names)
    }

    /// Finds the arguments of one call; in the caller's code, so that what is found is written where it is used.
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
    /// Makes the error for arguments whose parameters could not be found.
    ///
    /// - Parameters:
    ///   - error: Its message is the rest of a sentence where an argument is one too many, else a sentence.
    ///   - method: The method, names joined by `.`.
    package init(ofArguments error: PayloadError, for method: String) {
        let separator = error.reason == .unexpectedArgument ? " " : ": "
        self.init(PayloadError(error.reason, method + separator + error.message))
    }
}

extension Signature {
    /// Reads all arguments of a call.
    ///
    /// Not a part of what waits for the handler: what is needed to read them would be room in the task of every call.
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
