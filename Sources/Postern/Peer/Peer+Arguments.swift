/// Arguments as they are written for the other end.
extension Peer {
    /// Encodes arguments; those that hold references once more, for this connection.
    package func encoded<each Argument: Encodable>(
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:]
    ) throws(CallError) -> Payload {
        try encoded { () throws(PayloadError) in try ArgumentEncoding.payload(repeat each arguments, named: named) }
    }

    /// Encodes the arguments of a dynamic call; those that hold references once more, for this connection.
    func encoded(dynamic arguments: KeyValuePairs<String, any Encodable>) throws(CallError) -> Payload {
        try encoded { () throws(PayloadError) in try ArgumentEncoding.payload(dynamic: arguments) }
    }
}
