// Checks what a ledger says with the code of Go's checksum database client: tlogcheck < file
//
// Input, line by line: "record R" puts a record behind the others; "note KEY HEX" is a checkpoint, of
// as many records as came so far; "inclusion INDEX SIZE HASH..." and "consistency OLD SIZE HASH..." are
// proofs between checkpoints that came before. Roots and leaves are this program's own. Every byte of
// the newest note and of all proofs of sizes to 8 and of each hundredth is changed too, and must be
// refused. Prints "ok RECORDS NOTES INCLUSIONS CONSISTENCIES REFUSED".
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var stored []tlog.Hash
var records int64
var roots = map[int64]tlog.Hash{}
var notes, inclusions, consistencies, refused int
var line int

var reader = tlog.HashReaderFunc(func(places []int64) ([]tlog.Hash, error) {
	list := make([]tlog.Hash, len(places))
	for i, place := range places {
		list[i] = stored[place]
	}
	return list, nil
})

func fail(format string, values ...interface{}) {
	fmt.Printf("line %d: "+format+"\n", append([]interface{}{line}, values...)...)
	os.Exit(1)
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	check(err)
	return n
}

func unhex(text string) []byte {
	bytes, err := hex.DecodeString(text)
	check(err)
	return bytes
}

func hashes(words []string) []tlog.Hash {
	list := make([]tlog.Hash, len(words))
	for i, word := range words {
		if copy(list[i][:], unhex(word)) != len(list[i]) {
			fail("no hash: %s", word)
		}
	}
	return list
}

// Runs the check with each byte of the proof changed, for some sizes.
func refuse(size int64, proof []tlog.Hash, run func() error) {
	if size > 8 && size%100 != 0 {
		return
	}
	for i := range proof {
		for j := range proof[i] {
			proof[i][j] ^= byte(1 + j*7)
			if run() == nil {
				fail("byte %d of hash %d was changed and not refused", j, i)
			}
			proof[i][j] ^= byte(1 + j*7)
			refused++
		}
	}
}

func checkpoint(key string, text []byte) {
	verifier, err := note.NewVerifier(key)
	check(err)
	opened, err := note.Open(text, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || number(lines[1]) != records {
		fail("a checkpoint of %d records says %q", records, opened.Text)
	}
	root, err := tlog.TreeHash(records, reader)
	check(err)
	if base64.StdEncoding.EncodeToString(root[:]) != lines[2] {
		fail("the root of %d is %v, the checkpoint says %s", records, root, lines[2])
	}
	roots[records] = root
	notes++
}

// Changes every byte of a note. The last character of a signature of 68 bytes has two bits that say
// nothing, which Go does not look at: it is changed by one that says something.
func refuseNote(key string, text []byte) {
	verifier, err := note.NewVerifier(key)
	check(err)
	for i := range text {
		change := byte(1)
		if i+1 < len(text) && text[i+1] == '=' {
			change = 0x20
		}
		text[i] ^= change
		if _, err := note.Open(text, note.VerifierList(verifier)); err == nil {
			fail("byte %d of the note was changed and not refused", i)
		}
		text[i] ^= change
		refused++
	}
}

func main() {
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(make([]byte, 1<<20), 1<<20)
	var newest []string
	for line = 1; input.Scan(); line++ {
		kind, rest, _ := strings.Cut(input.Text(), " ")
		if kind == "record" {
			more, err := tlog.StoredHashes(records, []byte(rest), reader)
			check(err)
			stored = append(stored, more...)
			records++
			continue
		}
		words := strings.Fields(rest)
		if kind == "note" {
			checkpoint(words[0], unhex(words[1]))
			newest = words
			continue
		}
		first, size := number(words[0]), number(words[1])
		root, isThere := roots[size]
		if !isThere {
			fail("there was no checkpoint of %d", size)
		}
		proof := hashes(words[2:])
		switch kind {
		case "inclusion":
			leaf := stored[tlog.StoredHashIndex(0, first)]
			run := func() error { return tlog.CheckRecord(proof, size, root, first, leaf) }
			check(run())
			inclusions++
			refuse(size, proof, run)
		case "consistency":
			old, isThere := roots[first]
			if !isThere {
				fail("there was no checkpoint of %d", first)
			}
			run := func() error { return tlog.CheckTree(proof, size, root, first, old) }
			check(run())
			consistencies++
			refuse(size, proof, run)
		default:
			fail("no such line: %s", kind)
		}
	}
	check(input.Err())
	refuseNote(newest[0], unhex(newest[1]))
	fmt.Println("ok", records, notes, inclusions, consistencies, refused)
}
