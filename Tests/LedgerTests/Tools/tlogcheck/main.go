// Checks what the ledger's proof code wrote with the code of Go's checksum database client.
// Input, line by line: "size root", then the leaves' records, then every inclusion and consistency
// proof; "note vkey hex" asks for a signed note to be opened.
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

func fail(line int, format string, values ...interface{}) {
	fmt.Printf("line %d: "+format+"\n", append([]interface{}{line}, values...)...)
	os.Exit(1)
}

func hash(text string) tlog.Hash {
	var h tlog.Hash
	bytes, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(bytes) != len(h) {
		panic("no hash: " + text)
	}
	copy(h[:], bytes)
	return h
}

func hashes(words []string) []tlog.Hash {
	var list []tlog.Hash
	for _, word := range words {
		list = append(list, hash(word))
	}
	return list
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func main() {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(places []int64) ([]tlog.Hash, error) {
		list := make([]tlog.Hash, len(places))
		for i, place := range places {
			list[i] = stored[place]
		}
		return list, nil
	})
	var records int64
	checks := 0
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(make([]byte, 1<<20), 1<<20)
	for line := 1; input.Scan(); line++ {
		words := strings.Fields(input.Text())
		switch words[0] {
		case "record":
			bytes, err := hex.DecodeString(words[1])
			if err != nil {
				fail(line, "%v", err)
			}
			more, err := tlog.StoredHashes(records, bytes, reader)
			if err != nil {
				fail(line, "%v", err)
			}
			stored = append(stored, more...)
			records++
		case "root":
			want, err := tlog.TreeHash(number(words[1]), reader)
			if err != nil || want != hash(words[2]) {
				fail(line, "root of %s: %v %v", words[1], want, err)
			}
			checks++
		case "inclusion": // index size root leaf hashes...
			err := tlog.CheckRecord(hashes(words[5:]), number(words[2]), hash(words[3]),
				number(words[1]), hash(words[4]))
			if err != nil {
				fail(line, "%v", err)
			}
			checks++
		case "consistency": // old oldRoot new newRoot hashes...
			err := tlog.CheckTree(hashes(words[5:]), number(words[3]), hash(words[4]),
				number(words[1]), hash(words[2]))
			if err != nil {
				fail(line, "%v", err)
			}
			checks++
		case "note", "refuse": // vkey hex
			verifier, err := note.NewVerifier(words[1])
			if err != nil {
				fail(line, "%v", err)
			}
			text, err := hex.DecodeString(words[2])
			if err != nil {
				fail(line, "%v", err)
			}
			_, err = note.Open(text, note.VerifierList(verifier))
			if (err == nil) != (words[0] == "note") {
				fail(line, "%s: %v", words[0], err)
			}
			checks++
		}
	}
	fmt.Printf("ok %d\n", checks)
}
