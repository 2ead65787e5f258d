/// Encodes the arguments of calls as they are sent: a list of positional arguments, then a map of named ones or nil.
enum ArgumentEncoding {
    /// Encodes positional arguments of known types, and named arguments.
    static func payload<each Argument: Encodable>(
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:]
    ) throws(PayloadError) -> Payload {
        try payload(named: named) { (list, bytes) throws(PayloadError) in
            for argument in repeat each arguments {
                MessagePack.nextElement(&list, into: &bytes)
                try MessagePack.encode(argument, into: &bytes)
            }
        }
    }

    /// Encodes arguments in any encoding.
    ///
    /// JSON has positional or named arguments, not both.
    static func payload<each Argument: Encodable>(
        as codec: any PayloadCodec.Type,
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:]
    ) throws(PayloadError) -> Payload {
        // The concrete type, so that the encoding of each argument is specialised.
        if codec == MessagePack.self { return try payload(repeat each arguments, named: named) }
        var payload = Payload(bytes: [], codec: codec)
        var mark = codec.beginArguments(named: !named.isEmpty, into: &payload.bytes)
        for argument in repeat each arguments {
            guard named.isEmpty else {
                throw PayloadError(.notEncodable, "\(codec.name) takes arguments by position or by name, not both")
            }
            codec.nextElement(&mark, into: &payload.bytes)
            try codec.encode(argument, into: &payload.bytes)
        }
        for (name, argument) in named {
            codec.nextMember(named: name, &mark, into: &payload.bytes)
            try codec.encode(argument, into: &payload.bytes)
        }
        codec.endArguments(mark, named: !named.isEmpty, into: &payload.bytes)
        return payload
    }

    /// Encodes the arguments of a dynamic call; those without a name are positional.
    static func payload(dynamic arguments: KeyValuePairs<String, any Encodable>) throws(PayloadError) -> Payload {
        try payload(named: arguments) { (list, bytes) throws(PayloadError) in
            for (name, argument) in arguments where name.isEmpty {
                MessagePack.nextElement(&list, into: &bytes)
                try MessagePack.encode(argument, into: &bytes)
            }
        }
    }

    @inline(__always)
    private static func payload(
        named: KeyValuePairs<String, any Encodable>,
        positional: (inout ContainerMark, inout [UInt8]) throws(PayloadError) -> Void
    ) throws(PayloadError) -> Payload {
        var bytes: [UInt8] = []
        var list = MessagePack.beginArray(into: &bytes)
        try positional(&list, &bytes)
        MessagePack.endArray(list, into: &bytes)
        try append(named, to: &bytes)
        return Payload(bytes: bytes, codec: MessagePack.self)
    }

    private static func append(
        _ named: KeyValuePairs<String, any Encodable>,
        to bytes: inout [UInt8]
    ) throws(PayloadError) {
        guard named.contains(where: { !$0.key.isEmpty }) else { return MessagePack.writeNull(into: &bytes) }
        var map = MessagePack.beginMap(into: &bytes)
        for (name, argument) in named where !name.isEmpty {
            MessagePack.nextMember(named: name, &map, into: &bytes)
            try MessagePack.encode(argument, into: &bytes)
        }
        MessagePack.endMap(map, into: &bytes)
    }
}
