import Foundation
import RotationCore
import RotationEngine
import RotationTesting
import Testing

/// Fails call 1, then call 2, and so on until a run never meets its fault: SQLite's I/O-error loop.
///
/// The engine is the real one and its journal a real file, closed and opened again at each crash.
@Suite struct CrashAtEveryCallTests {
    static let classes: [(String, World.Configuration)] = [
        ("client-supplied", .clientSupplied), ("two slots", .twoSlots), ("labelled", .labelled),
        ("one-way slots", .oneWaySlots),
    ]
    /// What a proxy repeats on a server with two slots no client can mend: see the simulator.
    static let faults = Fault.allCases.filter { ![.duplicated, .late].contains($0) }
    let scratch = Scratch()

    @Test(arguments: 0..<4)
    func `a rotation without faults is completed`(index: Int) async throws {
        let world = World(Self.classes[index].1)
        let ending = try await Trial(world, scratch).run()
        #expect(ending.state == .completed)
        #expect(ending.problems == [])
        #expect(ending.holds == [])
        print("no fault, \(Self.classes[index].0): \(world.calls) calls, \(ending.runs) runs")
    }

    @Test(arguments: 0..<4, Self.faults)
    func `one fault at any call changes nothing but the time it takes`(index: Int, fault: Fault)
        async throws
    {
        for n in 1... {
            let world = World(Self.classes[index].1, faults: [n: fault])
            let ending = try await Trial(world, scratch).run()
            let name = "\(Self.classes[index].0), \(fault) at call \(n)"
            #expect(ending.state == .completed, "\(name) ended \(ending.state) \(ending.holds)")
            #expect(ending.problems == [], "\(name)")
            if fault != .refused { #expect(ending.holds == [], "\(name)") }
            if world.calls < n { break }
        }
    }
}
