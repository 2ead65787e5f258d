package import Postern

extension JSON {
    /// Appends a value in another encoding, in one pass; appends nothing if it throws.
    package static func transcode(
        _ value: Span<UInt8>,
        to target: any PayloadCodec.Type,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try transcode(value, to: target, nil, into: &output)
    }

    /// Appends a value in another encoding, with the numbers of its references replaced by `naming`.
    package static func transcode(
        _ value: Span<UInt8>,
        to target: any ReferenceCodec.Type,
        naming: @escaping ReferenceNaming,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try transcode(value, to: target, ReferenceWriter(target: target, naming: naming), into: &output)
    }

    /// The target and numbering of references; without it they are transcoded as ordinary objects.
    private struct ReferenceWriter {
        let target: any ReferenceCodec.Type
        let naming: ReferenceNaming
    }

    private static func transcode(
        _ value: Span<UInt8>,
        to target: any PayloadCodec.Type,
        _ references: ReferenceWriter?,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        let start = output.count
        do throws(PayloadError) {
            let first = value.afterWhitespace(from: 0)
            let end = try write(value, from: first, depth: 0, to: target, references, into: &output)
            guard value.afterWhitespace(from: end) == value.count else { throw malformed }
        } catch {
            output.removeSubrange(start...)
            throw error
        }
    }

    /// Appends arguments (an array, an object, `null` or no text) in another encoding, in one pass.
    ///
    /// Nothing is appended if it throws.
    ///
    /// A repeated parameter is not detected here: the process that has the method reports it, after any unknown method.
    package static func transcodeArguments(
        _ arguments: Span<UInt8>,
        to target: any PayloadCodec.Type,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try transcodeArguments(arguments, to: target, nil, into: &output)
    }

    /// Appends arguments in another encoding, with the numbers of their references replaced by `naming`.
    package static func transcodeArguments(
        _ arguments: Span<UInt8>,
        to target: any ReferenceCodec.Type,
        naming: @escaping ReferenceNaming,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        let references = ReferenceWriter(target: target, naming: naming)
        try transcodeArguments(arguments, to: target, references, into: &output)
    }

    private static func transcodeArguments(
        _ arguments: Span<UInt8>,
        to target: any PayloadCodec.Type,
        _ references: ReferenceWriter?,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        let first = arguments.afterWhitespace(from: 0)
        let start = output.count
        do throws(PayloadError) {
            try writeArguments(arguments, from: first, to: target, references, into: &output)
        } catch {
            output.removeSubrange(start...)
            throw error
        }
    }

    private static func writeArguments(
        _ arguments: Span<UInt8>,
        from start: Int,
        to target: any PayloadCodec.Type,
        _ references: ReferenceWriter?,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        guard start < arguments.count, arguments[start] != UInt8(ascii: "n") else {
            let mark = target.beginArguments(named: false, into: &output)
            return target.endArguments(mark, named: false, into: &output)
        }
        let named = arguments[start] == Byte.openBrace
        guard named || arguments[start] == Byte.openBracket else {
            throw mismatch("an array or an object of arguments", arguments)
        }
        var mark = target.beginArguments(named: named, into: &output)
        if named {
            try writeNamedArguments(arguments, from: start, &mark, to: target, references, into: &output)
        } else {
            _ = try writeItems(arguments, from: start, depth: 1, &mark, to: target, references, into: &output)
        }
        target.endArguments(mark, named: named, into: &output)
    }

    private static func writeNamedArguments(
        _ arguments: Span<UInt8>,
        from start: Int,
        _ mark: inout ContainerMark,
        to target: any PayloadCodec.Type,
        _ references: ReferenceWriter?,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        var walk = JSONContainerWalk(arguments, from: start)
        while let name = try walk.nextName(arguments) {
            target.nextMember(named: try string(between: name, in: arguments), &mark, into: &output)
            let value = walk.end
            walk.resume(at: try write(arguments, from: value, depth: 1, to: target, references, into: &output))
        }
    }

    /// Appends the value at an offset; `depth` is the number of containers around it.
    ///
    /// - Returns: The offset after the value.
    private static func write(
        _ bytes: Span<UInt8>,
        from start: Int,
        depth: Int,
        to target: any PayloadCodec.Type,
        _ references: ReferenceWriter?,
        into output: inout [UInt8]
    ) throws(PayloadError) -> Int {
        guard start < bytes.count else { throw malformed }
        guard bytes[start] == Byte.openBracket || bytes[start] == Byte.openBrace else {
            let end = try JSONWalker.endOfValue(bytes, from: start)
            try writeScalar(bytes.extracting(start..<end), to: target, into: &output)
            return end
        }
        // The recursion is limited here too, for bytes that no scanner has checked.
        guard depth < JSONScanner.maximumDepth else { throw JSONDefect.tooDeep.payloadError }
        let isArray = bytes[start] == Byte.openBracket
        let first = output.count
        var mark = isArray ? target.beginArray(into: &output) : target.beginMap(into: &output)
        let (end, reference) = try writeItems(
            bytes,
            from: start,
            depth: depth + 1,
            &mark,
            to: target,
            references,
            into: &output
        )
        // Whether an object is a reference is known only at its end: its counterpart is written as an object first.
        if let reference, let references {
            output.removeSubrange(first...)
            references.target.write(try references.naming(reference), into: &output)
            return end
        }
        if isArray { target.endArray(mark, into: &output) } else { target.endMap(mark, into: &output) }
        return end
    }

    /// Appends the elements or members of the container at an offset; `mark` is that of the container being written.
    ///
    /// - Returns: The offset after the container, and the reference that the container is, if it is one.
    private static func writeItems(
        _ bytes: Span<UInt8>,
        from start: Int,
        depth: Int,
        _ mark: inout ContainerMark,
        to target: any PayloadCodec.Type,
        _ references: ReferenceWriter?,
        into output: inout [UInt8]
    ) throws(PayloadError) -> (end: Int, reference: WireReference?) {
        var walk = JSONContainerWalk(bytes, from: start)
        if bytes[start] == Byte.openBracket {
            while let element = try walk.nextStart(bytes) {
                target.nextElement(&mark, into: &output)
                walk.resume(at: try write(bytes, from: element, depth: depth, to: target, references, into: &output))
            }
            return (walk.end, nil)
        }
        var draft = ReferenceDraft()
        var names = JSONNames()
        while let name = try walk.nextName(bytes) {
            let text = try string(between: name, in: bytes)
            guard names.insert(name, in: bytes) else { throw .duplicate(text) }
            target.nextMember(named: text, &mark, into: &output)
            let end = try write(bytes, from: walk.end, depth: depth, to: target, references, into: &output)
            if references != nil { try draft.note(name, walk.end..<end, in: bytes) }
            walk.resume(at: end)
        }
        return (walk.end, references == nil ? nil : try draft.reference)
    }

    /// Appends a value that is no container.
    private static func writeScalar(
        _ value: Span<UInt8>,
        to target: any PayloadCodec.Type,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        switch try kind(of: value) {
        case .null: target.writeNull(into: &output)
        case .bool: target.write(try readBool(value), into: &output)
        case .double: try target.write(try readDouble(value), into: &output)
        case .integer where value[0] == Byte.minus: target.write(try readInt64(value), into: &output)
        case .integer: target.write(try readUInt64(value), into: &output)
        default: target.write(try readString(value), into: &output)
        }
    }
}
