/// A body that is being read: joined to its head, so that a handler reads both in one piece.
struct RequestBody {
    /// What became of the input.
    enum Outcome {
        case incomplete
        /// The body is behind its head, and the head has its length.
        case complete(HTTPRequestHead)
        case refused(HTTPRefusal)
    }

    private(set) var head: HTTPRequestHead
    private var chunks: ChunkDecoder?

    /// Begins to read the body of a request.
    ///
    /// - Parameters:
    ///   - head: The head, with what has arrived behind it.
    ///   - limit: The most bytes that the body may have; a length in the head was compared with it before.
    init(of head: consuming HTTPRequestHead, atMost limit: Int) {
        chunks = head.isChunked ? ChunkDecoder(limit: limit) : nil
        self.head = head
    }

    /// Whether some of the body has arrived, so that its sender does not wait to be asked for it.
    var hasBegun: Bool { head.bytes.count > head.length }

    /// Takes what belongs to the body, and leaves in `input` what is behind it.
    mutating func take(_ input: inout [UInt8]) -> Outcome {
        chunks == nil ? takeLength(&input) : takeChunks(&input)
    }

    private mutating func takeLength(_ input: inout [UInt8]) -> Outcome {
        let end = head.length + head.contentLength
        if !input.isEmpty {
            head.bytes.append(contentsOf: input)
            input.removeAll(keepingCapacity: true)
        }
        guard head.bytes.count >= end else { return .incomplete }
        if head.bytes.count > end {
            input = Array(head.bytes[end...])
            head.bytes.removeLast(head.bytes.count - end)
        }
        return .complete(head)
    }

    private mutating func takeChunks(_ input: inout [UInt8]) -> Outcome {
        if head.contentLength == 0, hasBegun {
            // What came with the head is not decoded yet.
            input.insert(contentsOf: head.bytes[head.length...], at: 0)
            head.bytes.removeLast(head.bytes.count - head.length)
        }
        var index = 0
        let outcome = chunks?.decode(input, from: &index, into: &head.bytes)
        input.removeFirst(index)
        head.contentLength = head.bytes.count - head.length
        switch outcome {
        case .ended: return .complete(head)
        case .refused(let refusal): return .refused(refusal)
        case .incomplete, nil: return .incomplete
        }
    }
}
