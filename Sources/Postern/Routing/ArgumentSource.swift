/// Gives a handler the argument for one of its parameters.
///
/// A class, so that what a method captures for each parameter is one word.
@usableFromInline
final class ArgumentSource<Argument: Decodable & Sendable>: Sendable {
    let name: String
    let defaultValue: Argument?
    private let reader = PayloadReader<Argument>()

    init(name: String, defaultValue: Argument?) {
        self.name = name
        self.defaultValue = defaultValue
    }

    /// Reads the argument at an index and moves on to the next.
    @usableFromInline
    func take(
        _ index: inout Int,
        _ ranges: borrowing ArgumentRanges,
        _ arguments: Span<UInt8>,
        _ codec: any PayloadCodec.Type
    ) throws(CallError) -> Argument {
        let range = ranges[index]
        index += 1
        if range.isEmpty { return try absentArgument() }
        do throws(PayloadError) {
            return try reader.read(arguments.extracting(range), codec)
        } catch {
            throw CallError(PayloadError(error.reason, "Parameter \(name): \(error.message)"))
        }
    }

    private func absentArgument() throws(CallError) -> Argument {
        if let defaultValue { return defaultValue }
        throw CallError(PayloadError(.missingArgument, "Parameter \(name) is missing"))
    }
}
