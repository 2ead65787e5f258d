/// A body that is being read.
///
/// It is stored behind its head in the same array, so that a handler reads it in place.
struct RequestBody {
    /// The state of the body after a piece of input.
    enum Outcome {
        case incomplete
        /// The body is complete; the head contains it and its length.
        case complete(HTTPRequestHead)
        case refused(HTTPRefusal)
    }

    private(set) var head: HTTPRequestHead
    private var chunks: ChunkDecoder?

    /// Creates the body of a request.
    ///
    /// - Parameters:
    ///   - head: The head, with the bytes that arrived behind it.
    ///   - limit: The maximum size of the body in bytes. The caller has compared a `Content-Length` with it.
    init(of head: consuming HTTPRequestHead, atMost limit: Int) {
        chunks = head.isChunked ? ChunkDecoder(limit: limit) : nil
        self.head = head
    }

    /// Whether bytes of the body have arrived, so that the client does not wait for `100 Continue`.
    var hasBegun: Bool { head.bytes.count > head.length }

    /// Moves the bytes of the body from `input` into the head, and leaves those of pipelined requests.
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
            // The bytes behind the head are still encoded.
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
