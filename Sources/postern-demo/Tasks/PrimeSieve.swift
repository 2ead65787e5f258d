/// The sieve of Eratosthenes, for one range of numbers at a time.
enum PrimeSieve {
    /// How many primes there are in a range of positive numbers.
    static func count(in range: ClosedRange<Int>) -> Int {
        guard range.upperBound > 1 else { return 0 }
        let first = max(range.lowerBound, 2)
        var isComposite = [Bool](repeating: false, count: range.upperBound - first + 1)
        var divisor = 2
        while divisor * divisor <= range.upperBound {
            let multiple = max(divisor * divisor, (first + divisor - 1) / divisor * divisor)
            for number in stride(from: multiple, through: range.upperBound, by: divisor) {
                isComposite[number - first] = true
            }
            divisor += divisor == 2 ? 1 : 2
        }
        return isComposite.count { !$0 }
    }
}
