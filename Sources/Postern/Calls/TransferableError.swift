/// An error type of an application that arrives at Swift callers as itself.
///
/// Both ends know the type. What it encodes to is told to every caller, so nothing secret goes in it. Callers get it
/// from ``CallError/cause(as:)``, or thrown by ``raising(_:in:)``; to clients of other languages it is the `value` of
/// the error's details.
public protocol TransferableError: CallErrorConvertible, Codable {
    /// What the type is called on the wire; the name of the Swift type when not given.
    static var typeName: String { get }
    /// For people; the name of the type when not given.
    var message: String { get }
    /// One of the sixteen words, which decides the HTTP status of a call by path; `.unknown` when not given.
    var errorName: CallError.Name { get }
}

extension TransferableError {
    /// The name of the Swift type, without its module.
    public static var typeName: String { String(describing: Self.self) }
    /// The name of the type.
    public var message: String { Self.typeName }
    /// Nothing is known but that it failed.
    public var errorName: CallError.Name { .unknown }

    /// The error with its type and its value in the details.
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
    /// The name of the type that the handler threw, if it is known.
    public var typeName: String? { try? details?.decode(ErrorCause<IgnoredValue>.self).type }

    /// The error that the handler threw, if it was of this type.
    public func cause<Cause: TransferableError>(as type: Cause.Type = Cause.self) -> Cause? {
        guard typeName == type.typeName else { return nil }
        return (try? details?.decode(ErrorCause<Cause>.self))?.value
    }

    /// What is told of an error whose text stays here: the name of its type.
    static func typeOnly(of error: any Error) -> Payload? {
        let cause = ErrorCause<IgnoredValue>(type: String(describing: Swift.type(of: error)), value: nil)
        return try? Payload(encoding: cause, as: MessagePack.self)
    }
}

/// Calls something, and throws the errors of some types as themselves where a call failed with one.
///
/// ```swift
/// do { try await raising(FileMissing.self) { try await peer.call("files/open", "a.txt") as Int } }
/// catch let missing as FileMissing { … }
/// ```
///
/// - Parameters:
///   - types: The types to look for.
///   - body: Makes calls.
/// - Returns: What `body` returns.
/// - Throws: An error of one of the types, or what `body` throws.
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

/// A value that is not looked at.
private struct IgnoredValue: Codable {
    init(from decoder: any Decoder) throws {}
    func encode(to encoder: any Encoder) throws {}
}
