import Foundation
import Testing

@testable import RotationEngine

/// Small files beside the database, where what should hold them does not.
@Suite struct DurableFileTests {
    private let home: Home
    private let disk = FileSystemDisk()

    init() throws { home = try Home() }

    private func path(_ name: String) -> String { "\(home.directory)/\(name)" }

    private func kind(_ body: () throws(JournalFailure) -> Void) -> JournalFailure.Kind? {
        do throws(JournalFailure) {
            try body()
            return nil
        } catch { return error.kind }
    }

    @Test func `what is made is read, changed in place and removed`() throws {
        #expect(try disk.load(path("file")) == nil)
        try disk.create([1, 2, 3, 4], at: path("file"))
        #expect(try disk.load(path("file")) == [1, 2, 3, 4])
        try disk.store([9, 8], at: 1, of: path("file"))
        #expect(try disk.load(path("file")) == [1, 9, 8, 4])
        disk.remove(path("file"))
        #expect(try disk.load(path("file")) == nil && !disk.exists(path("file")))
        disk.remove(path("file"))
    }

    @Test func `nothing is there where a directory on the way is none`() throws {
        try disk.create([1], at: path("file"))
        #expect(try disk.load(path("file/below")) == nil)
        #expect(try disk.load(path("none/below")) == nil)
    }

    @Test func `a link and a directory are not read for an anchor`() throws {
        try disk.create([1], at: path("file"))
        #expect(symlink(path("file"), path("link")) == 0)
        #expect(
            kind { () throws(JournalFailure) in _ = try disk.load(path("link")) }
                == .anchorMissing)
        #expect(
            kind { () throws(JournalFailure) in _ = try disk.load(home.directory) }
                == .anchorMissing)
    }

    @Test func `nothing is made where no directory is, nor over anything`() throws {
        #expect(
            kind { () throws(JournalFailure) in try disk.create([1], at: path("none/file")) }
                == .unsuitable)
        try disk.create([1], at: path("file"))
        #expect(
            kind { () throws(JournalFailure) in try disk.create([2], at: path("file")) }
                == .unsuitable)
        #expect(try disk.load(path("file")) == [1])
        #expect(!DurableFile.syncDirectory(of: path("none/file")))
    }

    @Test func `a write that fails is as bad as a failed fsync`() throws {
        #expect(
            kind { () throws(JournalFailure) in try disk.store([1], at: 0, of: path("none")) }
                == .damaged)
        try disk.create([1], at: path("file"))
        #expect(
            kind { () throws(JournalFailure) in try disk.store([2], at: -1, of: path("file")) }
                == .damaged)
        #expect(try disk.load(path("file")) == [1])
    }

    @Test func `room is counted where there is a file system, and unknown elsewhere`() throws {
        let room = try #require(disk.room(in: home.directory))
        #expect(room.free <= room.total && room.total > 0)
        #expect(disk.room(in: path("none")) == nil)
        #expect(!disk.isInMemory)
    }

    @Test func `a ballast that can't be made keeps secrets from being made`() throws {
        let obstacle = try #require(Ballast.obstacle(in: path("none"), on: disk))
        #expect(obstacle.hasPrefix("the ballast in the state directory can't be made: "))
        #expect(Ballast.obstacle(in: home.directory, on: disk) == nil)
        let made = try #require(try disk.load(path(Ballast.name)))
        try Ballast.make(in: home.directory)
        #expect(try disk.load(path(Ballast.name)) == made, "it was made anew")
        Ballast.release(in: home.directory, on: disk)
        #expect(!disk.exists(path(Ballast.name)))
    }
}
