/// The output of one call of `encode`, with the stack of containers that are open in it.
///
/// Values are encoded straight into the output, without an intermediate tree. One thread uses it.
final class EncodingSink {
    /// An identifier of an open container.
    ///
    /// The number distinguishes it from a later container at the same depth.
    struct Container {
        let depth: Int
        let number: Int
    }

    private struct Open {
        let number: Int
        let isMap: Bool
        var mark: ContainerMark
    }

    let codec: any PayloadCodec.Type
    private var output: [UInt8] = []
    private var open: [Open] = []
    private var lastNumber = 0
    /// The first error, also if the type that caused it has caught it.
    private var failure: PayloadError?

    /// Creates a sink that owns the output; the caller's array is empty until ``giveBack(to:)``.
    init(taking output: inout [UInt8], codec: any PayloadCodec.Type) {
        self.codec = codec
        // Swapped rather than copied, so that the array keeps a single owner and appending does not copy it.
        swap(&self.output, &output)
    }

    /// Returns the output to the caller's array.
    func giveBack(to output: inout [UInt8]) { swap(&self.output, &output) }

    /// Closes all open containers.
    ///
    /// - Throws: The first error, also if the type that caused it has caught it.
    func finish() throws(PayloadError) {
        close(downTo: 0)
        if let failure { throw failure }
    }

    /// Records an error for ``finish()``, if it is the first.
    func fail(_ error: PayloadError) { failure = failure ?? error }

    /// Begins a container at the place announced last.
    func begin(isMap: Bool, at trail: CodingTrail) -> Container {
        // `Encoder` has no way to throw here; the error is thrown by the next write or by `finish`.
        if open.count >= PayloadLimits.largestDepth { fail(trail.locate(.tooDeep)) }
        lastNumber += 1
        let mark = isMap ? codec.beginMap(into: &output) : codec.beginArray(into: &output)
        open.append(Open(number: lastNumber, isMap: isMap, mark: mark))
        return Container(depth: open.count - 1, number: lastNumber)
    }

    /// Begins a member or, without a key, an element of a container; closes the containers within it.
    ///
    /// - Throws: `EncodingError` if the container is closed, or the first error of this encoding.
    func announce(_ key: String?, in container: Container, at trail: @autoclosure () -> CodingTrail) throws {
        guard container.depth < open.count, open[container.depth].number == container.number else {
            let context = EncodingError.Context(
                codingPath: trail().keys,
                debugDescription: "this container was closed when one outside it was written to; "
                    + "values are encoded straight into the output, so containers side by side cannot take turns"
            )
            let error = EncodingError.invalidValue(key ?? "element", context)
            fail(PayloadError(encoding: error))
            throw error
        }
        if let failure { throw failure }
        close(downTo: container.depth + 1)
        if let key {
            codec.nextMember(named: key, &open[container.depth].mark, into: &output)
        } else {
            codec.nextElement(&open[container.depth].mark, into: &output)
        }
    }

    /// Returns the number of elements or members that were begun in a container.
    func count(of container: Container) -> Int {
        container.depth < open.count ? open[container.depth].mark.count : 0
    }

    /// Writes one value at the place announced last.
    func write(
        at trail: @autoclosure () -> CodingTrail,
        _ body: (any PayloadCodec.Type, inout [UInt8]) throws(PayloadError) -> Void
    ) throws {
        do throws(PayloadError) { try body(codec, &output) } catch {
            let located = trail().locate(error)
            fail(located)
            throw located
        }
    }

    private func close(downTo depth: Int) {
        while open.count > depth, let last = open.popLast() {
            if last.isMap { codec.endMap(last.mark, into: &output) } else { codec.endArray(last.mark, into: &output) }
        }
    }
}
