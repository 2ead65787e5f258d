#if Macros
import Postern
import PosternMacros

/// Arithmetic on numbers.
@Service
struct Calculator {
    /// Adds two numbers.
    @Expose(isSafe: true) func add(_ a: Double, _ b: Double) -> Double { a + b }
}

/// What another process calls.
@Remote("calculator")
protocol Arithmetic {
    func add(_ a: Double, _ b: Double) async throws -> Double
}
#endif
