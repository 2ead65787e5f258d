/// An error type of an application that is sent to callers with its values.
///
/// Client and server both define the type. Swift callers receive it from ``CallError/cause(as:)`` or catch it from
/// ``raising(_:in:)``; clients in other languages find it as the member `value` of the details. The encoded value is
/// sent to every caller, so it must not contain secrets.
public protocol TransferableError: CallErrorConvertible, Codable {
    /// The name of the type on the wire; by default the name of the Swift type.
    static var typeName: String { get }
    /// A description for people; by default the name of the type.
    var message: String { get }
    /// The status name, which determines the HTTP status of a call by path; by default `.unknown`.
    var errorName: CallError.Name { get }
}

extension TransferableError {
    /// The name of the Swift type, without its module.
    public static var typeName: String { String(describing: Self.self) }
    /// The name of the type.
    public var message: String { Self.typeName }
    /// The name `.unknown`.
    public var errorName: CallError.Name { .unknown }

    /// A `CallError` with the type name and the value in its details.
    public var callError: CallError {
        CallError(
            .handlerFailed,
            message,
            name: errorName == .unknown ? nil : errorName,
            executed: .yes,
            details: try? Payload(encoding: ErrorCause(type: Self.typeName, value: self), as: MessagePack.self)
        )
    }
}

extension CallError {
    /// The name of the error type that the handler threw; `nil` if the error does not carry it.
    public var typeName: String? { try? details?.decode(ErrorCause<IgnoredValue>.self).type }

    /// Returns the error that the handler threw, or `nil` if it has another type.
    public func cause<Cause: TransferableError>(as type: Cause.Type = Cause.self) -> Cause? {
        guard typeName == type.typeName else { return nil }
        return (try? details?.decode(ErrorCause<Cause>.self))?.value
    }

    /// Returns the details of an error of which only the type name is sent.
    static func typeOnly(of error: any Error) -> Payload? {
        let cause = ErrorCause<IgnoredValue>(type: String(describing: Swift.type(of: error)), value: nil)
        return try? Payload(encoding: cause, as: MessagePack.self)
    }
}

/// Runs a function, and throws transferable errors of the given types in place of the call errors that carry them.
///
/// ```swift
/// do { try await raising(FileMissing.self) { try await peer.call("files/open", "a.txt") as Int } }
/// catch let missing as FileMissing { … }
/// ```
///
/// - Parameters:
///   - types: The error types to convert to.
///   - body: A function that makes calls.
/// - Returns: The result of `body`.
/// - Throws: An error of one of the types if a call failed with it; otherwise the error of `body`.
public func raising<each Cause: TransferableError, Result>(
    _ types: repeat (each Cause).Type,
    in body: () async throws -> Result
) async throws -> Result {
    do {
        return try await body()
    } catch let error as CallError {
        for type in repeat each types {
            if let cause = error.cause(as: type) { throw cause }
        }
        throw error
    }
}

/// The details of an error that a handler threw: `{"type": …, "value": …}`.
private struct ErrorCause<Value: Codable>: Codable {
    let type: String
    let value: Value?
}

/// A value that is skipped, so that the type name can be read without knowledge of the type.
private struct IgnoredValue: Codable {
    init(from decoder: any Decoder) throws {}
    func encode(to encoder: any Encoder) throws {}
}
