import Glibc
import PosternMeasuring
import Testing

@Suite struct ProcessMemoryTests {
    @Test func theNumbersOfAStatusAreRead() {
        let status = ProcessMemory("Name:\tdemo\nVmHWM:\t   99 kB\nVmRSS:\t   1234 kB\nThreads:\t7\nSigQ:\t0/1\n")
        #expect(status?.residentBytes == 1234 * 1024)
        #expect(status?.threads == 7)
    }

    @Test(arguments: ["", "Threads:\t7\n", "VmRSS:\t12 kB\n", "VmRSS:\t kB\nThreads:\t1\n"])
    func aStatusWithoutANumberIsNone(text: String) { #expect(ProcessMemory(text) == nil) }

    @Test func thisProcessHasMemory() throws {
        let status = try #require(ProcessMemory(of: getpid()))
        #expect(status.residentBytes > 1 << 20)
        #expect(status.threads > 0)
    }
}
