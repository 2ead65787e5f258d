/// The output of one encoding, with the containers that are open in it.
///
/// Used by one thread, for the time of one call of `encode`.
final class EncodingSink {
    /// One open container, and which one it is: containers of the same depth follow each other.
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
    private var failure: PayloadError?

    /// Takes the output over; the caller's array is empty until `giveBack`.
    init(taking output: inout [UInt8], codec: any PayloadCodec.Type) {
        self.codec = codec
        swap(&self.output, &output)
    }

    /// Gives the output back.
    func giveBack(to output: inout [UInt8]) { swap(&self.output, &output) }

    /// Closes what is still open.
    ///
    /// - Throws: The first fault, also one that the type that met it kept to itself.
    func finish() throws(PayloadError) {
        close(downTo: 0)
        if let failure { throw failure }
    }

    /// Notes a fault that cannot be thrown where it is met, or might be caught there.
    func fail(_ error: PayloadError) { failure = failure ?? error }

    /// Begins a container in the place that was announced last.
    func begin(isMap: Bool, at trail: CodingTrail) -> Container {
        if open.count >= PayloadLimits.largestDepth { fail(trail.locate(.tooDeep)) }
        lastNumber += 1
        let mark = isMap ? codec.beginMap(into: &output) : codec.beginArray(into: &output)
        open.append(Open(number: lastNumber, isMap: isMap, mark: mark))
        return Container(depth: open.count - 1, number: lastNumber)
    }

    /// Announces a member or an element of a container, and closes what is open inside it.
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

    /// Elements or members announced so far.
    func count(of container: Container) -> Int {
        container.depth < open.count ? open[container.depth].mark.count : 0
    }

    /// Writes one value in the place that was announced last.
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
